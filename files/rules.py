"""What files may look like; every layer takes it from here."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from core.api.fields import BoundedListField
from core.rules import Choice, Integer, Text, Validates
from files.choices import Damage, Kind, Origin

UNDO_FOR = timedelta(minutes=10)
"""How long a deleted file can be had back; then its bytes go."""

_NOT_DOTS = r"(?!\.\.?(\/|$))"
_PART = rf"{_NOT_DOTS}[^\/\\]+"

NAME = Text(max=255, pattern=_PART, says="A file name, without slashes.", label="Name")
FOLDER = Text(
    min=0,
    max=1024,
    pattern=rf"({_PART}(\/{_PART})*)?",
    says="Folder names with slashes between them, none of them “.” or “..”.",
    label="Folder",
    help="Where the file lies in a folder structure, such as “reports/2026”.",
)
MEDIA_TYPE = Text(max=127, pattern=r"[a-z0-9!#$&^_.+\-]+\/[a-z0-9!#$&^_.+\-]+", label="Media type")
SHA256 = Text(min=64, max=64, pattern="[0-9a-f]{64}", says="64 hexadecimal digits.", label="SHA-256")
HASH = Text(min=6, max=64, pattern="[0-9a-f]{6,64}", says="6 to 64 hexadecimal digits.", label="SHA-256")
SIZE = Integer(min=0, max=2**63 - 1, label="Size")
KIND = Choice(Kind, label="Kind")
ORIGIN = Choice(Origin, label="Origin")
DAMAGE = Choice(Damage, label="Damage")
SEARCH_NAME = Text(max=80, label="Name", help="How you call the search.")
TAG = Text(max=50, pattern="[^,]+", says="No commas.", label="Tag")


@dataclass(frozen=True)
class Tags(Validates):
    """Up to `max` different tags."""

    max: int
    label: str = ""
    help: str = ""

    def check(self, value: list[str]) -> None:
        """Raise ValidationError with a sentence for people."""
        if len(value) > self.max:
            raise ValidationError(f"At most {self.max} tags.", code="length")
        if len(set(value)) < len(value):
            raise ValidationError("Each tag once.", code="double")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what a migration keeps."""
        return "files.rules.Tags", [], {"max": self.max}

    def model_field(self, **options: Any) -> "ArrayField[Any, Any]":
        """Return the column."""
        return ArrayField(TAG.model_field(), validators=[self], default=list, blank=True, **options)

    def constraint(self, table: str, column: str) -> models.CheckConstraint:
        """Return the database's check of the column: how many tags, and that none is empty."""
        condition = Q(**{f"{column}__len__lte": self.max}) & ~Q(**{f"{column}__contains": [""]})
        return models.CheckConstraint(condition=condition, name=f"{table}_{column}_rule")

    def serializer_field(self, **options: Any) -> BoundedListField:
        """Return the field of an API shape."""
        return BoundedListField(
            child=TAG.serializer_field(),
            max_length=self.max,
            error_messages={"max_length": "At most {max_length} tags."},
            validators=[self],
            **options,
        )

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "array", "items": TAG.json_schema(), "maxItems": self.max, "uniqueItems": True}


TAGS = Tags(max=20, label="Tags", help="Words to find the file by.")
