"""Filters of the lists."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from compression.choices import USABLE
from compression.models import Algorithm, Result


class AlgorithmFilters(filters.FilterSet):
    """By family, kind, status; `enabled` is whether new work may use it."""

    enabled = filters.BooleanFilter(method="filter_enabled")

    class Meta:
        model = Algorithm
        fields = ["family", "kind", "status", "streaming", "lossless"]

    def filter_enabled(self, queryset: QuerySet[Algorithm], name: str, value: bool) -> QuerySet[Algorithm]:  # noqa: FBT001
        """Keep those that take new work, or the others."""
        wanted = {"status__in": sorted(USABLE), "available": True}
        return queryset.filter(**wanted) if value else queryset.exclude(**wanted)


class ResultFilters(filters.FilterSet):
    """By operation, algorithm, file and time."""

    algorithm = filters.CharFilter(field_name="algorithm__name")
    file = filters.UUIDFilter(field_name="file_id")
    output = filters.UUIDFilter(field_name="output_id")
    kind = filters.CharFilter(field_name="content_kind")
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Result
        fields = ["operation", "level", "verified"]
