"""The pages' templates, rendered as for a visitor, without a database."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from pages import showroom

ROOT = Path(settings.BASE_DIR)
COMPONENTS = ROOT / "templates" / "components"
HTML_COMMENT = re.compile(r"\{% comment %\}.*?\{% endcomment %\}", re.S)


def component_names() -> list[str]:
    """Return the names of all components; a leading underscore marks a part of one."""
    return sorted(path.stem for path in COMPONENTS.glob("*.html") if not path.stem.startswith("_"))


def without_comments(path: Path) -> str:
    """Return a template's source without its comments."""
    return HTML_COMMENT.sub("", path.read_text())


@pytest.fixture
def visit(rf: RequestFactory) -> HttpRequest:
    """A visitor's request for a page."""
    request = rf.get("/components")
    request.user = AnonymousUser()
    return request


@pytest.fixture
def show(visit: HttpRequest):
    """Render template source with variables, as within a page."""

    def render(source: str, **variables: object) -> str:
        return engines["django"].from_string(source).render(variables, visit).strip()

    return render


@pytest.fixture
def page(visit: HttpRequest) -> str:
    """The page of components."""
    return render_to_string("pages/components.html", showroom.context(visit), request=visit)
