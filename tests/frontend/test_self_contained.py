"""Pages hold no inline script or style, and nothing comes from another address: the security policy forbids it."""

import re
from pathlib import Path

import pytest

from tests.frontend.conftest import ROOT, without_comments

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
DIST = ROOT / "frontend" / "dist" / "dynacomp"
INLINE = re.compile(
    r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>"  # a script without a source
    r"|<style\b"
    r"|\sstyle\s*="
    r"|\son[a-z]+\s*=\s*[\"']"
    r"|\shx-on[:-]"
    r"|javascript:",
    re.I,
)
OUTSIDE = re.compile(r"(?:src|href|action|url)\s*[=(]\s*[\"']?(?:https?:)?//", re.I)
# Names of formats, and addresses that minified libraries name in their messages: none is ever loaded.
NAMED_ONLY = re.compile(
    r"https?://(?:www\.w3\.org|vuejs\.org|alpinejs\.dev|htmx\.org|feross\.org)[^\s\"'`)]*"
)


def test_there_are_templates_to_look_at():
    assert len(TEMPLATES) > 40


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_have_nothing_inline_and_nothing_from_outside(path: Path):
    source = without_comments(path)
    assert INLINE.findall(source) == []
    assert OUTSIDE.findall(source) == []


def test_the_rendered_page_has_nothing_inline(page):
    assert INLINE.findall(page) == []
    assert OUTSIDE.findall(page) == []


@pytest.mark.parametrize(
    "name", ["admin.css", "app.css", "app.js", "docs.css", "docs.js", "favicon.svg", "metrics.js"]
)
def test_the_bundle_is_there_and_names_no_other_address(name):
    path = DIST / name
    assert path.is_file(), "no bundle: run `make bundle`"
    named = set(
        re.findall(
            r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s\"'`)]*", NAMED_ONLY.sub("", path.read_text())
        )
    )
    assert named == set()


def test_the_bundle_needs_no_evaluation():
    script = (DIST / "app.js").read_text()
    assert "includeIndicatorStyles:!1" in script
    assert "allowEval:!1" in script
