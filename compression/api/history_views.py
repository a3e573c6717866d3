"""Endpoints of the ledger of outcomes, and exports."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view

from accounts.http import ApiRequest
from compression import selectors
from compression.api.filters import ResultFilters
from compression.api.history_filters import HistoryFilters
from compression.api.history_serializers import OutcomeOut
from compression.api.serializers import ResultOut
from compression.api.views import ResultList
from compression.history import export
from compression.models import HistoryEntry, Result
from core.api.views import ListView
from core.errors import Invalid
from core.handoff import PiecesHandoff


class HistoryList(ListView):
    """What became of all you compressed and decompressed, newest first; staff see everybody's."""

    request: ApiRequest

    queryset = HistoryEntry.objects.none()  # tells the schema the model
    serializer_class = OutcomeOut
    filterset_class = HistoryFilters
    search_fields = ("algorithm", "media_type")
    ordering_fields = (
        "created_at",
        "algorithm",
        "original_size",
        "compressed_size",
        "compress_seconds",
        "decompress_seconds",
        "peak_memory_bytes",
    )

    def get_queryset(self) -> QuerySet[HistoryEntry]:
        """Through the door."""
        return HistoryEntry.objects.visible_to(self.request.user)


class Export(ListView):
    """A list as a file: the same filters and order, all rows."""

    request: ApiRequest

    name = ""
    extra_parameters = ("format",)
    pagination_class = None
    any_accept = True  # `format` says what is wanted

    def get(self, request: ApiRequest, *args: Any, **kwargs: Any) -> PiecesHandoff:  # type: ignore[override] # it is no page of a list
        """Send all rows that match."""
        for word in ("page", "page_size"):
            if word in request.query_params:
                raise Invalid.field(word, "An export has all rows.", "unknown_parameter")
        return export.answer(
            request._request,
            self.filter_queryset(self.get_queryset()),
            lambda rows: self.get_serializer(rows, many=True).data,
            name=self.name,
            format_=request.query_params.get("format", "csv"),
        )


def _published(shape: Any) -> Any:
    return extend_schema(
        parameters=[
            OpenApiParameter("format", enum=["csv", "json"], description="csv, where it is left out.")
        ],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): shape(many=True)},
    )


@extend_schema_view(get=extend_schema(operation_id="get_compression_history_export"))
@_published(OutcomeOut)
class HistoryExport(Export):
    """The outcomes as a file."""

    name = "history"
    queryset = HistoryEntry.objects.none()
    serializer_class = OutcomeOut
    filterset_class = HistoryFilters
    search_fields = HistoryList.search_fields
    ordering_fields = HistoryList.ordering_fields

    def get_queryset(self) -> QuerySet[HistoryEntry]:
        """Through the door."""
        return HistoryEntry.objects.visible_to(self.request.user)


@_published(ResultOut)
class ResultExport(Export):
    """The results as a file."""

    name = "results"
    queryset = Result.objects.none()
    serializer_class = ResultOut
    filterset_class = ResultFilters
    search_fields = ResultList.search_fields
    ordering_fields = ResultList.ordering_fields

    def get_queryset(self) -> QuerySet[Result]:
        """Through the door."""
        return selectors.results_with_names(self.request.user)
