"""What the address of the page of files says: search, filters, order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from core.tables import Column
from files.choices import Kind, Origin

COLUMNS = [
    Column("name", "Name", sort="name", always=True),
    Column("kind", "Kind", sort="kind"),
    Column("size", "Size", sort="size", number=True),
    Column("tags", "Tags"),
    Column("created", "Added", sort="created_at", number=True),
    Column("media_type", "Media type", sort="media_type", hidden=True),
    Column("sha256", "SHA-256", hidden=True),
]
OWNER = Column("owner", "Owner")

SORTS = frozenset(column.sort for column in COLUMNS if column.sort)
AGES = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
AGE_WORDS = [("", "Any time"), ("day", "Last 24 hours"), ("week", "Last 7 days"), ("month", "Last 30 days")]
_HASH = re.compile("[0-9a-f]{6,64}")


@dataclass(frozen=True)
class Asked:
    """What the page shall show; whatever the address says that is not known is left out."""

    search: str
    kind: str
    origin: str
    added: str
    ordering: str

    def apply(self, files: Any) -> Any:
        """Return the files that match, in order."""
        if self.search:
            files = files.filter(self._matches())
        if self.kind:
            files = files.filter(kind=self.kind)
        if self.origin:
            files = files.filter(origin=self.origin)
        if self.added:
            files = files.filter(created_at__gte=timezone.now() - AGES[self.added])
        return files.order_by(self.ordering, "pk")

    def _matches(self) -> Q:
        """Every word in name, folder or tags; a word of hexadecimal digits also at the start of the hash."""
        condition = Q()
        for word in self.search.split():
            one = Q(name__icontains=word) | Q(folder__icontains=word) | Q(tags__contains=[word])
            if _HASH.fullmatch(word.lower()):
                one |= Q(object__sha256__startswith=word.lower())
            condition &= one
        return condition

    def filters(self) -> list[dict[str, Any]]:
        """Return the filters as `components/table_tools.html` draws them."""
        choices: list[tuple[str, str, str, list[tuple[str, Any]]]] = [
            ("kind", "Kind", self.kind, [("", "All kinds"), *Kind.choices]),
            ("origin", "Origin", self.origin, [("", "From anywhere"), *Origin.choices]),
            ("added", "Added", self.added, list(AGE_WORDS)),
        ]
        return [
            {"name": name, "label": label, "value": value, "options": options}
            for name, label, value, options in choices
        ]


def asked(query: Mapping[str, str]) -> Asked:
    """Read the address."""

    def one_of(name: str, known: Any) -> str:
        value = query.get(name, "")
        return value if value in known else ""

    ordering = query.get("ordering", "")
    return Asked(
        search=query.get("search", "").replace("\x00", "")[:200].strip(),
        kind=one_of("kind", Kind.values),
        origin=one_of("origin", Origin.values),
        added=one_of("added", AGES),
        ordering=ordering if ordering.removeprefix("-") in SORTS else "-created_at",
    )
