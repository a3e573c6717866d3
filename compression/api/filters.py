"""Filters of the lists."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from compression.analyses.models import Analysis
from compression.choices import USABLE
from compression.models import Algorithm, Result
from compression.optimising.choices import Objective
from compression.optimising.models import Optimisation
from core.api.filters import CreatedFilters
from files.choices import Kind


class AlgorithmFilters(CreatedFilters):
    """By family, kind, status; `enabled` is whether new work may use it."""

    enabled = filters.BooleanFilter(method="filter_enabled")

    class Meta:
        model = Algorithm
        fields = ["family", "kind", "status", "streaming", "lossless"]

    def filter_enabled(self, queryset: QuerySet[Algorithm], name: str, value: bool) -> QuerySet[Algorithm]:  # noqa: FBT001 as django-filter calls it
        """Keep those that take new work, or the others."""
        wanted = {"status__in": sorted(USABLE), "available": True}
        return queryset.filter(**wanted) if value else queryset.exclude(**wanted)


class PeriodFilters(CreatedFilters):
    """By time: moments with `created_after` and `created_before`, whole days (UTC) with `since` and `until`."""

    since = filters.DateFilter(method="filter_since", help_text="The first day.")
    until = filters.DateFilter(method="filter_until", help_text="The last day; it belongs to the period.")

    def filter_since(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Keep what is of this day or later; a comparison of moments, for the index."""
        return queryset.filter(created_at__gte=_midnight(value))

    def filter_until(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Keep what is of this day or earlier."""
        return queryset if value == date.max else queryset.filter(created_at__lt=_midnight(value + DAY))


DAY = timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


class ResultFilters(PeriodFilters):
    """By operation, algorithm, file and time."""

    algorithm = filters.CharFilter(field_name="algorithm__name")
    file = filters.UUIDFilter(field_name="file_id")
    output = filters.UUIDFilter(field_name="output_id")
    kind = filters.ChoiceFilter(field_name="content_kind", choices=Kind.choices)

    class Meta:
        model = Result
        fields = ["operation", "level", "verified"]


class OptimisationFilters(CreatedFilters):
    """By file, content, objective, strategy and time."""

    file = filters.UUIDFilter(field_name="file_id")
    checksum = filters.CharFilter(field_name="content_sha256")
    objective = filters.ChoiceFilter(choices=Objective.choices)

    class Meta:
        model = Optimisation
        fields = ["strategy"]


class AnalysisFilters(CreatedFilters):
    """By file, content, kind and time."""

    file = filters.UUIDFilter(field_name="file_id")
    kind = filters.CharFilter(field_name="content_kind")
    checksum = filters.CharFilter(field_name="content_sha256")

    class Meta:
        model = Analysis
        fields: list[str] = ["media_type", "version"]
