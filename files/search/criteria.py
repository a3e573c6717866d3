"""What somebody searches for: the body of `POST /files/search`, the address of the page, what a saved search keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import timezone

from files.search.query import Query, parse

AGES = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}
AGE_WORDS = {
    "day": "Last 24 hours",
    "week": "Last 7 days",
    "month": "Last 30 days",
    "year": "Last 365 days",
}
IN_ADDRESS = {"query": "search"}
"""Fields that the address of a page calls otherwise."""


@dataclass(frozen=True)
class Criteria:
    """What the found files have; what is empty does not matter. All bounds include their ends.

    `sha256` is the hash or its beginning; `folder` includes the folders below; `added` is a span that ends now, so
    that a saved search for the last week stays one.
    """

    query: str = ""
    kind: tuple[str, ...] = ()
    media_type: str = ""
    tags: tuple[str, ...] = ()
    origin: str = ""
    folder: str = ""
    sha256: str = ""
    size_min: int | None = None
    size_max: int | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    added: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the criteria of checked values, or of what `as_json` made of them."""
        given: dict[str, Any] = {name: _checked(name, value) for name, value in values.items()}
        return cls(**given)

    def __bool__(self) -> bool:
        return self != Criteria()

    @property
    def parsed(self) -> Query:
        """The query, understood."""
        return parse(self.query)

    def narrow(self, files: Any) -> Any:
        """Return those of `files` that have what is known of a file without reading it; the query is not looked at."""
        return files.filter(self._condition())

    def _condition(self) -> Q:
        exact = {
            "kind__in": list(self.kind),
            "media_type": self.media_type,
            "tags__contains": list(self.tags),
            "origin": self.origin,
            "object__sha256__startswith": self.sha256,
            "size__gte": self.size_min,
            "size__lte": self.size_max,
            "created_at__gte": self.created_after,
            "created_at__lte": self.created_before,
        }
        condition = Q(**{lookup: value for lookup, value in exact.items() if value or value == 0})
        if self.added:
            condition &= Q(created_at__gte=timezone.now() - AGES[self.added])
        if self.folder:
            condition &= Q(folder=self.folder) | Q(folder__startswith=f"{self.folder}/")
        return condition

    def as_json(self) -> dict[str, Any]:
        """Return the body that says the same, without what is empty."""
        given = ((name, getattr(self, name)) for name in NAMES)
        return {name: _plain(value) for name, value in given if value or value == 0}

    def address(self, **others: str) -> str:
        """Return the query string of the page that shows what is found, with `others` in it; ordering, page."""
        named = {IN_ADDRESS.get(name, name): value for name, value in self.as_json().items()}
        return urlencode(named | {name: other for name, other in others.items() if other}, doseq=True)

    def toggled(self, name: str, value: str) -> Self:
        """Return the criteria with a value of a field that takes several added, or taken away where it is there."""
        values: tuple[str, ...] = getattr(self, name)
        changed: Any = (
            tuple(one for one in values if one != value)
            if value in values
            else tuple(sorted({*values, value}))
        )
        return replace(self, **{name: changed})


NAMES = tuple(field.name for field in fields(Criteria))


def _checked(name: str, value: Any) -> Any:
    if name.startswith("created_") and isinstance(value, str):
        return datetime.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
