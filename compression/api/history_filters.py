"""What outcomes are found by."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from compression.api.filters import PeriodFilters
from compression.history.contents import named
from compression.models import HistoryEntry
from files.choices import Kind
from files.selectors import content_of


class HistoryFilters(PeriodFilters):
    """By content (a file of yours, its name, or its hash), algorithm, kind, success, operation and time."""

    file = filters.UUIDFilter(method="filter_file")
    content = filters.CharFilter(
        method="filter_content",
        max_length=200,
        help_text="Part of the name of a file of yours, or the first digits, six or more, of a content's SHA-256.",
    )
    kind = filters.ChoiceFilter(field_name="content_kind", choices=Kind.choices)
    comparison = filters.UUIDFilter(field_name="comparison_id")

    class Meta:
        model = HistoryEntry
        fields = ["operation", "algorithm", "level", "succeeded", "content_sha256", "error_code", "machine"]

    def filter_file(self, queryset: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep the outcomes on the content of a file that the account may see; none for any other."""
        return queryset.filter(content_sha256=content_of(self._user, value) or "none")

    def filter_content(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep the outcomes on contents of such a name or hash."""
        return queryset.filter(named(self._user, value))

    @property
    def _user(self) -> Any:
        return self.request.user if self.request else None
