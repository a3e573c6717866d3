"""Validation from one source: a rule makes the model field, the database constraint, the serializer field, the form
field with its attributes for the browser, and the JSON Schema; so the layers cannot disagree.

An app states the rules of its objects in `<app>/rules.py` and uses them everywhere else by name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from rest_framework import serializers

models.CharField.register_lookup(Length, "length")
models.TextField.register_lookup(Length, "length")

# No text holds what cannot be stored: PostgreSQL has no NUL, UTF-8 no lone surrogate. No line of text holds controls
# and what ends a line somewhere. Each said as PostgreSQL, Python and JavaScript want it.
_CONTROLS = "[\x01-\x1f\x7f-\x9f\u2028\u2029]"
_NEVER = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LINES = r"[^\u0000\ud800-\udfff]*"
_LINE = r"[^\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]*"


class Validates:
    """A rule is a validator itself, and a migration can write it down."""

    def check(self, value: Any) -> None:
        """Raise ValidationError with a sentence for people."""
        raise NotImplementedError

    def __call__(self, value: Any) -> None:
        self.check(value)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what a migration keeps; words for people are none of its business."""
        told = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        words = {"says", "label", "help"}
        kept = {name: value for name, value in told.items() if name not in words}
        return f"core.rules.{type(self).__name__}", [], kept


@dataclass(frozen=True)
class Text(Validates):
    """A line of text of `min` to `max` characters; with `pattern`, one that matches it as a whole.

    `pattern` is in the common part of Python's, PostgreSQL's and JavaScript's regular expressions (a hyphen or slash
    in brackets is escaped, for browsers); `says` explains it to people. `lines` allows line ends and tabs.
    """

    max: int
    min: int = 1
    pattern: str = ""
    says: str = ""
    label: str = ""
    help: str = ""
    lines: bool = False

    def check(self, value: str) -> None:
        """Raise ValidationError with a sentence for people."""
        if not self.min <= len(value) <= self.max:
            raise ValidationError(f"Must have {self.min} to {self.max} characters.", code="length")
        if (_NEVER if self.lines else _CONTROL).search(value):
            raise ValidationError("Contains characters that cannot be shown.", code="characters")
        if self.pattern and not re.fullmatch(self.pattern, value):
            raise ValidationError(self.says or f"Must match {self.pattern}.", code="pattern")

    def model_field(self, **options: Any) -> "models.CharField[str, str]":
        """Return the column."""
        return models.CharField(
            max_length=self.max, blank=self.min == 0, validators=[self], help_text=self.help, **options
        )

    def constraint(self, table: str, column: str) -> models.CheckConstraint:
        """Return the database's check of the column."""
        condition = Q(**{f"{column}__length__gte": self.min})
        if not self.lines:
            condition &= ~Q(**{f"{column}__regex": _CONTROLS})
        if self.pattern:
            condition &= Q(**{f"{column}__regex": f"^({self.pattern})$"})
        return models.CheckConstraint(condition=condition, name=f"{table}_{column}_rule")

    def serializer_field(self, **options: Any) -> "TextField":
        """Return the field of an API shape."""
        return TextField(rule=self, **options)

    def form_field(self, **options: Any) -> forms.CharField:
        """Return the field of a form; the browser checks the same by its attributes."""
        stated: dict[str, Any] = {"required": self.min > 0, "label": self.label, "help_text": self.help}
        field = (LinesField if self.lines else forms.CharField)(strip=False, **(stated | options))
        field.validators = [self]  # alone: one fault has one message
        field.widget.attrs |= self.html_attrs()
        return field

    def html_attrs(self) -> dict[str, Any]:
        """Return what tells the browser the same. It counts letters beyond the basic plane of Unicode twice."""
        attributes: dict[str, Any] = {"maxlength": self.max}
        if self.min > 1:
            attributes["minlength"] = self.min
        if not self.lines:  # fields of several lines know no pattern
            attributes |= {"pattern": self.js_pattern, "title": self.says or "Characters that can be shown."}
        return attributes

    @property
    def js_pattern(self) -> str:
        """What the whole text matches, as JavaScript writes it."""
        shown = _LINES if self.lines else _LINE
        return f"(?={shown}$)(?:{self.pattern})" if self.pattern else shown

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        length = {"minLength": self.min, "maxLength": self.max}
        return {"type": "string", **length, "pattern": f"^(?:{self.js_pattern})$"}


class LinesField(forms.CharField):
    """Text of several lines as it was typed: on their way, browsers write each line end as CR LF."""

    def to_python(self, value: Any) -> Any:
        """Return the text with the line ends of the page."""
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


class TextField(serializers.Field[str, str, str, Any]):
    """A text of an API shape. Its rule alone judges it, so that one fault has one message; see `core.api.schema`
    for how the rule gets into the published schema."""

    default_error_messages = {"invalid": "Must be text."}

    def __init__(self, *, rule: Text, **options: Any) -> None:
        super().__init__(**({"help_text": rule.help or None, "validators": [rule]} | options))
        self.rule = rule

    def to_internal_value(self, data: Any) -> str:
        """Take text and nothing that could be written as text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return data

    def to_representation(self, value: str) -> str:
        """Give the text as it is."""
        return value


@dataclass(frozen=True)
class Integer(Validates):
    """A whole number from `min` to `max`."""

    min: int
    max: int
    label: str = ""
    help: str = ""

    def check(self, value: int) -> None:
        """Raise ValidationError with a sentence for people."""
        if not self.min <= value <= self.max:
            raise ValidationError(f"Must be from {self.min} to {self.max}.", code="range")

    def model_field(self, **options: Any) -> "models.BigIntegerField[int, int]":
        """Return the column."""
        return models.BigIntegerField(validators=[self], help_text=self.help, **options)

    def constraint(self, table: str, column: str) -> models.CheckConstraint:
        """Return the database's check of the column; NULL passes where the column allows it."""
        condition = Q(**{f"{column}__gte": self.min, f"{column}__lte": self.max})
        return models.CheckConstraint(condition=condition, name=f"{table}_{column}_rule")

    def serializer_field(self, **options: Any) -> serializers.IntegerField:
        """Return the field of an API shape."""
        stated: dict[str, Any] = {
            "min_value": self.min,
            "max_value": self.max,
            "help_text": self.help or None,
        }
        return serializers.IntegerField(**(stated | options))

    def form_field(self, **options: Any) -> forms.IntegerField:
        """Return the field of a form."""
        return forms.IntegerField(
            min_value=self.min, max_value=self.max, label=self.label, help_text=self.help, **options
        )

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "integer", "minimum": self.min, "maximum": self.max}


@dataclass(frozen=True)
class Choice(Validates):
    """One of the values of a `TextChoices`."""

    choices: type[models.TextChoices]
    label: str = ""
    help: str = ""

    @property
    def values(self) -> Sequence[str]:
        """The allowed values."""
        return [str(value) for value in self.choices.values]

    def check(self, value: str) -> None:
        """Raise ValidationError with a sentence for people."""
        if value not in self.values:
            raise ValidationError(f"Must be one of {', '.join(self.values)}.", code="choice")

    def model_field(self, **options: Any) -> "models.CharField[str, str]":
        """Return the column."""
        longest = max(map(len, self.values))
        return models.CharField(max_length=longest, choices=self.choices.choices, **options)

    def constraint(self, table: str, column: str) -> models.CheckConstraint:
        """Return the database's check of the column."""
        condition = Q(**{f"{column}__in": sorted(self.values)})
        return models.CheckConstraint(condition=condition, name=f"{table}_{column}_rule")

    def serializer_field(self, **options: Any) -> serializers.ChoiceField:
        """Return the field of an API shape."""
        return serializers.ChoiceField(choices=self.choices.choices, **options)

    def form_field(self, **options: Any) -> forms.ChoiceField:
        """Return the field of a form."""
        return forms.ChoiceField(
            choices=self.choices.choices, label=self.label, help_text=self.help, **options
        )

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "string", "enum": list(self.values)}


Rule = Text | Integer | Choice
