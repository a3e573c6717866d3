"""Every component states its variables, keeps to them, and is shown on the page of components."""

import os
import re
from html.parser import HTMLParser

import pytest
from django import forms
from django.template import TemplateSyntaxError

from core.components import contract
from tests.frontend.conftest import COMPONENTS, ROOT, component_names, without_comments

WITHOUT_VARIABLES = {"icon_sprite", "logo", "confirm"}
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "path", "rect", "circle", "use"}


@pytest.mark.parametrize("name", component_names())
def test_every_component_states_its_variables(name):
    path = COMPONENTS / f"{name}.html"
    stated = contract(path.read_text())
    assert stated.purpose.startswith(f"components/{name}.html: ")
    assert bool(stated.variables) != (name in WITHOUT_VARIABLES)
    source = without_comments(path)
    unused = [variable for variable in stated.variables if not re.search(rf"\b{variable}\b", source)]
    assert unused == []


@pytest.mark.parametrize("name", component_names())
def test_every_component_is_on_the_page_of_components(name, page):
    assert re.search(rf'class="showcase-name">[^<]*\b{name}\b', page)


def _recipe_line(name: str) -> str:
    stated = contract((COMPONENTS / f"{name}.html").read_text())
    names = " ".join(f"`{item.name}{'*' if item.required else ''}`" for item in stated.variables.values())
    purpose = stated.purpose.removeprefix(f"components/{name}.html: ")
    return f"- **{name}** {names or 'no variables'} – {purpose}\n"


def test_the_recipe_lists_every_component_as_it_is():
    path = ROOT / "docs" / "recipes" / "components.md"
    head, mark, listed = path.read_text().partition("A star marks a required variable.\n\n")
    lines = "".join(_recipe_line(name) for name in component_names())
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(head + mark + lines)
    elif listed != lines:
        pytest.fail("the list of components is not that of their headers; run once with UPDATE_GOLDEN=1")


def test_an_unknown_variable_is_refused(show):
    with pytest.raises(TemplateSyntaxError, match="'badge' has no variable colour; it has: label, tone"):
        show('{% ui "badge" label="x" colour="red" %}')


def test_a_missing_variable_is_refused(show):
    with pytest.raises(TemplateSyntaxError, match="'badge' needs label"):
        show('{% ui "badge" tone="good" %}')


def test_a_component_sees_nothing_of_the_page_around_it(show):
    assert "secret" not in show('{% ui "badge" label="x" %}', tone="secret", url="/secret")


def test_texts_are_escaped_and_bodies_kept(show):
    assert "<i>" not in show('{% ui "badge" label=label %}', label="<i>")
    body = show('{% uiblock "card" title=title %}<p>{{ title }}</p>{% enduiblock %}', title="a<b")
    assert "<p>a&lt;b</p>" in body
    assert "<h2>a&lt;b</h2>" in body


def test_attributes_pass_through_where_a_component_takes_them(show):
    shown = show(
        '{% ui "button" label="Go" hx_post=url aria_busy="true" data_n=0 hx_boost=False data_x=True %}',
        url='/a?b&c"',
    )
    assert ' hx-post="/a?b&amp;c&quot;" aria-busy="true" data-n="0" data-x>' in shown
    assert "hx-boost" not in shown


def test_a_toast_takes_its_undo_from_the_message(show):
    class Message:
        level_tag = "info"
        extra_tags = "undo:/files/7/restore"

        def __str__(self):
            return "rows.bin was deleted"

    shown = show('{% ui "toast_region" messages=messages %}', messages=[Message()])
    listed = shown.split("<template")[0]
    assert 'action="/files/7/restore"' in listed
    assert "rows.bin was deleted" in listed


class _Nesting(HTMLParser):
    """Finds tags that are never closed, or closed out of turn, and ids that occur twice."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


def test_the_page_of_components_is_well_formed(page):
    nesting = _Nesting()
    nesting.feed(page)
    assert nesting.faults == []
    assert nesting.open == []


def test_every_id_of_the_page_of_components_stands_once(page):
    """A label leads to the first element of its id: a second field of it would have none."""
    nesting = _Nesting()
    nesting.feed(page)
    assert [name for name in set(nesting.ids) if nesting.ids.count(name) > 1] == []


@pytest.mark.parametrize(
    "source",
    [
        '{% ui "field" field=form.level %}',
        '{% ui "search_select" name="level" label="Level" options=options errors=form.level.errors %}',
        '{% ui "level_slider" name="level" min=1 max=9 value=12 errors=form.level.errors %}',
    ],
)
def test_an_error_is_tied_to_its_field(show, source):
    class Form(forms.Form):
        level = forms.IntegerField(max_value=9)

    shown = show(source, form=Form({"level": "12"}), options=[{"value": "1", "label": "one"}])
    assert 'aria-invalid="true"' in shown
    described = re.findall(r'aria-describedby="([^"]*)"', shown)
    assert "id_level_error" in described[0].split()
    assert re.search(r'id="id_level_error"[^>]*>.*less than or equal to 9', shown, re.S)
    assert 'for="id_level"' in shown


def test_every_label_and_description_leads_somewhere(page):
    nesting = _Nesting()
    nesting.feed(page)
    named = re.findall(
        r'(?<![-\w])(?:for|aria-describedby|aria-labelledby|aria-controls|data-opens)="([^"]+)"', page
    )
    missing = {name for names in named for name in names.split() if name not in nesting.ids}
    assert missing == set()


def test_every_icon_that_is_used_is_drawn(page):
    drawn = set(re.findall(r'<symbol id="(icon-[a-z-]+)"', page))
    used = set(re.findall(r'href="#(icon-[a-z-]+)"', page))
    assert used <= drawn
    assert drawn <= used
