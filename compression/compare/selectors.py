"""Reads of comparisons."""

import json
from typing import TYPE_CHECKING, Any

from django.db.models import Count, FloatField, Min, Prefetch, Q, QuerySet
from django.db.models.functions import Cast, NullIf
from rest_framework.utils.encoders import JSONEncoder

from compression.api.compare_serializers import ComparisonOut
from compression.compare.models import Comparison, Measurement

if TYPE_CHECKING:
    from accounts.models import User


def comparisons_with_counts(user: "User") -> QuerySet[Comparison]:
    """Return the comparisons that `user` may see, with what a row of a list shows, in one query."""
    found: QuerySet[Comparison] = Comparison.objects.visible_to(user)
    smallest = Min("measurements__compressed_size", filter=Q(measurements__error_code=""))
    return found.annotate(candidates=Count("measurements"), smallest_size=smallest).annotate(
        best_ratio=Cast("original_size", FloatField()) / NullIf("smallest_size", 0)
    )


def with_measurements() -> QuerySet[Comparison]:
    """Return comparisons with their measurements, in two queries."""
    measured = Measurement.objects.select_related("algorithm").order_by("position")
    found: QuerySet[Comparison] = Comparison.objects.select_related("file", "job")
    return found.prefetch_related(Prefetch("measurements", queryset=measured))


def comparison_body(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison in the shape of the API, as plain JSON."""
    body: dict[str, Any] = json.loads(json.dumps(ComparisonOut(comparison).data, cls=JSONEncoder))
    return body
