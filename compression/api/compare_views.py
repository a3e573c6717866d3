"""Endpoints of comparisons."""

import math
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression import calls as input_calls
from compression.api import inputs
from compression.api.compare_serializers import CandidateOut, CompareIn, ComparisonOut, ComparisonRowOut
from compression.compare import calls, figures, selectors, services
from compression.compare.candidates import Wish, resolve
from compression.compare.link import Sent
from compression.compare.models import Comparison
from compression.history import export
from core.access import get_visible
from core.api.filters import CreatedFilters
from core.api.jobs import accepted
from core.api.prefer import preference
from core.api.serializers import JobOut
from core.api.views import ApiView, ListView
from core.errors import Invalid
from core.handoff import PiecesHandoff
from core.models import Job
from files.uploads import StreamedUploads

SLOWEST_MBIT_S, FASTEST_MBIT_S = 1e-6, 1e9


class ComparisonFilters(CreatedFilters):
    """By file, content, kind and time."""

    file = filters.UUIDFilter(field_name="file_id")
    kind = filters.CharFilter(field_name="content_kind")
    checksum = filters.CharFilter(field_name="content_sha256")

    class Meta:
        model = Comparison
        fields: list[str] = []


class Compare(StreamedUploads, ListView):
    """Comparisons, and new ones."""

    request: ApiRequest

    serializer_class = ComparisonRowOut
    filterset_class = ComparisonFilters
    search_fields = ("file_name",)
    ordering_fields = ("created_at", "original_size", "file_name")

    def get_queryset(self) -> QuerySet[Comparison]:
        """Through the door."""
        return selectors.comparisons_with_counts(self.request.user)

    @extend_schema(
        request={"application/json": CompareIn, "multipart/form-data": CompareIn},
        responses={201: ComparisonOut, 202: JobOut},
        examples=[
            OpenApiExample(
                "Four candidates",
                {
                    "text": "hello hello hello",
                    "algorithms": ["gzip", "lz4", {"algorithm": "zstd", "level": 19}, "xz"],
                },
                request_only=True,
            ),
        ],
    )
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Measure one input with many algorithms and levels, in turn in random order.

        Each run compresses, decompresses and compares. Without `repetitions` a candidate is run until the 95 %
        intervals of both its speeds are within 5 %, 3 to 30 times, or the budget is spent. Small inputs are answered at
        once with 201 and have 2 seconds; larger ones, and those with a larger budget, with 202 and a job.
        """
        given, call = inputs.parse(request, CompareIn)
        wishes = None if call["algorithms"] is None else [Wish(**wish) for wish in call["algorithms"]]
        plans = resolve(request.user, wishes, call["levels"])
        http = request._request
        with input_calls.resolved(request.user, given) as source:
            done = calls.run(
                request.user,
                source.keep(),
                plans,
                budget_s=call["budget_s"],
                seed=call["seed"],
                repetitions=call["repetitions"],
                respond_async=preference(http).respond_async,
            )
            return accepted(http, done) if isinstance(done, Job) else self._made(request, done)

    def _made(self, request: ApiRequest, comparison: Comparison) -> Response:
        return Response(
            ComparisonOut(get_visible(selectors.with_measurements(), request.user, comparison.pk)).data, 201
        )


class ComparisonDetail(ApiView):
    """One comparison."""

    @extend_schema(
        responses=ComparisonOut,
        parameters=[
            OpenApiParameter(
                "bandwidth_mbit_s",
                OpenApiTypes.FLOAT,
                description="Rank the candidates for a link of so many 10^6 bits a second.",
            ),
            OpenApiParameter(
                "sent",
                enum=[item.value for item in Sent],
                description="once: the time of compressing counts; many: it does not.",
            ),
        ],
    )
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return the comparison, with the bandwidths at which the winner changes."""
        context = link_of(request.query_params)
        comparison = get_visible(selectors.with_measurements(), request.user, pk)
        return Response(ComparisonOut(comparison, context=context).data)

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Delete the comparison; its outcomes stay in the history."""
        comparison = get_visible(Comparison.objects, request.user, pk)
        services.comparison_delete(comparison=comparison, actor=request.user)
        return Response(status=204)


class ComparisonExport(ApiView):
    """A comparison as a file."""

    any_accept = True  # `format` says what is wanted

    @extend_schema(
        parameters=[
            OpenApiParameter("format", enum=["csv", "json"], description="csv, where it is left out.")
        ],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): CandidateOut(many=True)},
    )
    def get(self, request: ApiRequest, pk: UUID) -> PiecesHandoff:
        """Send the candidates with their figures, a row each."""
        comparison = get_visible(selectors.with_measurements(), request.user, pk)
        return export.answer_pages(
            request._request,
            [figures.rows(comparison)],
            _shape,
            name=f"comparison of {comparison.file_name}",
            format_=request.query_params.get("format", "csv"),
        )


def _shape(rows: Any) -> Any:
    return CandidateOut(rows, many=True).data


def link_of(query: Any) -> dict[str, Any]:
    """Return the link that an address names; 400 for one that cannot be."""
    unknown = set(query) - {"bandwidth_mbit_s", "sent"}
    if unknown:
        raise Invalid.field(min(unknown), "Known: bandwidth_mbit_s, sent.", "unknown_parameter")
    sent, raw = query.get("sent", Sent.ONCE.value), query.get("bandwidth_mbit_s")
    if sent not in list(Sent):
        raise Invalid.field("sent", "once or many.")
    if raw is None:
        return {}
    try:
        mbit_s = float(raw)
    except ValueError:
        mbit_s = math.nan
    if not SLOWEST_MBIT_S <= mbit_s <= FASTEST_MBIT_S:
        raise Invalid.field("bandwidth_mbit_s", "A number above zero, at most 10^9.", "out_of_range")
    return {"bandwidth_mbit_s": mbit_s, "sent": Sent(sent)}
