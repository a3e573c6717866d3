"""What outcomes are found by."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from compression.models import HistoryEntry
from files.choices import Kind
from files.selectors import content_of


class HistoryFilters(filters.FilterSet):
    """By content (a file of yours, or its hash), algorithm, kind, success, operation and time."""

    file = filters.UUIDFilter(method="filter_file")
    kind = filters.ChoiceFilter(field_name="content_kind", choices=Kind.choices)
    comparison = filters.UUIDFilter(field_name="comparison_id")
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = HistoryEntry
        fields = ["operation", "algorithm", "level", "succeeded", "content_sha256", "error_code", "machine"]

    def filter_file(self, queryset: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep the outcomes on the content of a file that the account may see; none for any other."""
        user: Any = self.request.user if self.request else None
        return queryset.filter(content_sha256=content_of(user, value) or "none")
