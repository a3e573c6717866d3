"""The tokens have the reference's names, and every pair that is used can be read: 4.5:1 for text, 3:1 for shapes."""

import re

import pytest

from tests.frontend.conftest import ROOT

TOKENS = (ROOT / "frontend" / "styles" / "tokens.css").read_text()
COLOURS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(
        r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS
    )
}
TEXTS = ["text", "muted", "accent", "good", "warn", "bad"]
GROUNDS = ["bg", "panel", "accent-soft"]
SHAPES = ["c1", "c2", "c3", "c4", "c5", "c6", "accent"]


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    """Return the ratio of WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_guideline_says():
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_tokens_are_those_of_the_reference():
    names = [
        "bg",
        "panel",
        "line",
        "text",
        "muted",
        "accent",
        "accent-soft",
        "on-accent",
        "good",
        "warn",
        "bad",
        "c1",
        "c2",
        "c3",
        "c4",
        "c5",
        "c6",
    ]
    assert list(COLOURS) == names
    sizes = dict(re.findall(r"--(r|s\d): (\d+px)", TOKENS))
    assert sizes == dict(
        zip(
            ["r", *(f"s{n}" for n in range(1, 7))],
            ["10px", "4px", "8px", "12px", "16px", "24px", "32px"],
            strict=True,
        )
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_can_be_read(text, ground, theme):
    assert _contrast(COLOURS[text][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["accent", "bad"])
def test_buttons_can_be_read(ground, theme):
    assert _contrast(COLOURS["on-accent"][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_charts_can_be_seen_on_a_panel(shape, theme):
    assert _contrast(COLOURS[shape][theme], COLOURS["panel"][theme]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["panel", "bg"])
def test_the_edges_of_fields_can_be_seen(ground, theme):
    """--field-line is 75 % of --muted in --panel."""
    muted, panel = COLOURS["muted"][theme], COLOURS["panel"][theme]
    mixed = [
        round(0.75 * int(muted[at : at + 2], 16) + 0.25 * int(panel[at : at + 2], 16)) for at in (1, 3, 5)
    ]
    edge = "#" + "".join(f"{channel:02x}" for channel in mixed)
    assert _contrast(edge, COLOURS[ground][theme]) >= 3


def test_styles_use_tokens_and_no_colours_of_their_own():
    styles = sorted((ROOT / "frontend" / "styles").rglob("*.css"))
    assert len(styles) > 20
    for path in styles:
        if path.name != "tokens.css":
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", path.read_text()) == [], path.name
            assert "@import url" not in path.read_text()


def test_every_token_that_is_used_exists():
    styles = "".join(path.read_text() for path in (ROOT / "frontend" / "styles").rglob("*.css"))
    used = set(re.findall(r"var\(--([a-z0-9-]+)", styles))
    made = set(re.findall(r"--([a-z0-9-]+):", styles)) | {"share"}  # the slider's script sets it
    assert used <= made
