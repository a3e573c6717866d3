"""Rules say the same on every layer: model, database, API and form."""

from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rest_framework import serializers

from accounts import rules, services
from accounts.models import Token, User
from core.rules import Text

# Words at the borders of what the patterns allow, and what databases and browsers trip over.
AWKWARD = st.sampled_from(
    [
        *(
            "",
            " ",
            "  ",
            "\x00",
            "\n",
            "a\n",
            "\ud800",
            "\x7f",
            "\x85",
            "\xa0",
            "\u2028",
            "é",
            "e\u0301",
            "İ",
            "K",
        ),
        *("a", "ab", "-a", "a-", "a_b.c", "a b", "A" * 64, "A" * 65, "_a", ".a", "a\\", "a]", "0"),
        *(
            "ada@example.org",
            "a@b",
            "a@b.c",
            "@b.c",
            "a@@b.c",
            "a@-b.c",
            "a@b-.c",
            "a@b..c",
            "é@b.c",
            "a@b.c.",
        ),
        *("a{|}~@b.c", "a/b@c.d", "a@" + "b" * 63 + ".c", "a@" + "b" * 64 + ".c", "a" * 250 + "@b.c"),
        *("a" * 100, "a" * 101, "🔑" * 100, "🔑" * 101, "'; DROP TABLE users; --", "%", "a%00"),
    ]
)
TEXTS = AWKWARD | st.text(max_size=120) | st.from_regex(r"[ -~]{0,80}", fullmatch=True)
SHARED = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def accepts(check: Callable[[], object]) -> bool:
    """Say whether `check` lets the value through."""
    try:
        with transaction.atomic():
            check()
    except (ValidationError, serializers.ValidationError, DatabaseError, ValueError):
        return False
    return True


def layers(rule: Text, row: Any, field: str, value: str) -> dict[str, bool]:
    """Ask every layer about one value."""
    setattr(row, field, value)
    others = [f.name for f in row._meta.fields if f.name != field]
    form = type("OneField", (forms.Form,), {field: rule.form_field()})({field: value})
    serializer = type("OneFieldIn", (serializers.Serializer,), {field: rule.serializer_field()})
    return {
        "rule": accepts(lambda: rule.check(value)),
        "model": accepts(lambda: row.clean_fields(exclude=others)),
        "database": accepts(lambda: type(row).objects.filter(pk=row.pk).update(**{field: value})),
        "api": accepts(lambda: serializer(data={field: value}).is_valid(raise_exception=True)),
        "form": form.is_valid(),
    }


@SHARED
@given(value=TEXTS)
@pytest.mark.parametrize("field", ["username", "email", "display_name"])
def test_the_layers_of_accounts_agree(ada: User, field: str, value: str) -> None:
    answers = layers(getattr(rules, field.upper()), ada, field, value)
    assert len(set(answers.values())) == 1, answers


@SHARED
@given(value=TEXTS)
def test_the_layers_of_tokens_agree(ada: User, value: str) -> None:
    token, _ = services.token_create(owner=ada, name="t")
    answers = layers(rules.TOKEN_NAME, token, "name", value)
    assert len(set(answers.values())) == 1, answers


@SHARED
@given(value=st.integers() | st.sampled_from([-1, 0, 1, rules.QUOTA.max, rules.QUOTA.max + 1]))
@example(value=2**63)
def test_the_layers_of_quotas_agree(ada: User, value: int) -> None:
    ada.quota_bytes = value
    others = [f.name for f in User._meta.fields if f.name != "quota_bytes"]
    form = type("OneField", (forms.Form,), {"quota": rules.QUOTA.form_field()})({"quota": str(value)})
    serializer = type("OneFieldIn", (serializers.Serializer,), {"quota": rules.QUOTA.serializer_field()})
    answers = {
        "rule": accepts(lambda: rules.QUOTA.check(value)),
        "model": accepts(lambda: ada.clean_fields(exclude=others)),
        "database": accepts(lambda: User.objects.filter(pk=ada.pk).update(quota_bytes=value)),
        "api": accepts(lambda: serializer(data={"quota": value}).is_valid(raise_exception=True)),
        "form": form.is_valid(),
    }
    assert len(set(answers.values())) == 1, answers


@pytest.mark.parametrize(("table", "row"), [("users", "role"), ("api_tokens", "scope")])
def test_the_database_knows_roles_and_scopes(ada: User, table: str, row: str) -> None:
    services.token_create(owner=ada, name="t")
    model = User if table == "users" else Token
    assert not accepts(lambda: model.objects.update(**{row: "god"}))
    assert not accepts(lambda: getattr(rules, row.upper()).check("god"))


def test_a_form_tells_the_browser_what_the_server_asks() -> None:
    attributes = rules.USERNAME.form_field().widget.attrs
    assert attributes["pattern"].endswith(f"(?:{rules.USERNAME.pattern})")
    assert (attributes["minlength"], attributes["maxlength"]) == (2, 64)
    assert attributes["title"] == rules.USERNAME.says


def test_one_fault_has_one_message() -> None:
    form = type("OneField", (forms.Form,), {"name": rules.USERNAME.form_field()})({"name": "x" * 99})
    assert form.errors["name"] == ["Must have 2 to 64 characters."]
    serializer = type("OneIn", (serializers.Serializer,), {"name": rules.USERNAME.serializer_field()})
    checked = serializer(data={"name": "\x00"})
    assert not checked.is_valid()
    assert len(checked.errors["name"]) == 1
