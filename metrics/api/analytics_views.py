"""Endpoints of what came of compressions: everybody of their own, staff of all."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression.history import export
from core.api.views import ApiView
from core.errors import Invalid
from metrics.analytics import reading, rows
from metrics.analytics.reading import Asked, Report
from metrics.analytics.rows import UNKNOWN
from metrics.api.analytics_serializers import AnalyticsIn, AnalyticsOut, AnalyticsRowOut

MOST_ROWS = 20_000


class Analytics(ApiView):
    """Reports."""

    any_accept = True  # `format` says what is wanted
    usual: tuple[str, ...] = ()

    def answer(self, request: ApiRequest) -> HttpResponseBase:
        """Return the report that is asked for."""
        form = AnalyticsIn(data=request.query_params)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        groups = given.get("group_by") or list(self.usual)
        asked = asked_by(request.user, given)
        by = ["owner" if name == "user" else name for name in groups]
        try:
            report = reading.report(asked, by, MOST_ROWS)
        except reading.TooManyRows:
            raise Invalid.field("group_by", f"These are more than {MOST_ROWS:,} rows.", "too_many") from None
        found = rows.rows_of(report)
        if given["format"] != "json":
            return export.answer_pages(
                request._request, [found], _flat, name="compressions", format_=given["format"]
            )
        body = {
            "from": asked.start,
            "to": asked.end,
            "group_by": groups,
            "percentiles": "exact" if report.is_exact else "within 1 %",
            "total": _total(reading.report(asked, [])),
            "rows": found,
        }
        return Response(AnalyticsOut(body).data)


class CompressionMetrics(Analytics):
    """What came of compressions and decompressions."""

    usual = ("algorithm", "kind")

    @extend_schema(
        parameters=[AnalyticsIn],
        responses={(200, "application/json"): AnalyticsOut, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        """Return counts, bytes, ratios, times and speeds by algorithm and kind, or as `group_by` says.

        Of your own outcomes; staff see everybody's. `format=csv` has the rows alone.
        """
        return self.answer(request)


class AlgorithmMetrics(Analytics):
    """What came of each algorithm."""

    usual = ("algorithm",)

    @extend_schema(
        parameters=[AnalyticsIn],
        responses={(200, "application/json"): AnalyticsOut, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        """Return the same by algorithm, or as `group_by` says."""
        return self.answer(request)


def asked_by(user: Any, given: dict[str, Any]) -> Asked:
    """Return what a valid form asks for."""
    filters = {name: given[name] for name in ("kind", "algorithm", "operation") if given.get(name)}
    if filters.get("kind") == UNKNOWN:
        filters["kind"] = ""
    return Asked(user, given["from"], given["to"], filters)


def _total(report: Report) -> dict[str, Any]:
    return rows.numbers(report.rows.get((), reading.NOTHING))


def _flat(found: Any) -> Any:
    return list(rows.flat(AnalyticsRowOut(found, many=True).data))
