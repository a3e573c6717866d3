"""Endpoints of batches."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression.api.batch_serializers import BatchDetailOut, BatchIn, BatchItemOut, BatchOut
from compression.batch import asking, selectors, services
from compression.batch.choices import ItemStatus
from compression.batch.models import Batch, BatchItem
from core.access import get_visible
from core.api.filters import CreatedFilters, Filters
from core.api.jobs import accepted
from core.api.parsers import StrictJSONParser
from core.api.serializers import JobOut
from core.api.views import ApiView, ListView
from core.models import Job


class BatchCreate(ApiView):
    """Compresses many files."""

    parser_classes: Any = (StrictJSONParser,)

    @extend_schema(
        request=BatchIn,
        responses={200: BatchDetailOut, 202: JobOut},
        examples=[
            OpenApiExample(
                "Logs of a folder, two ways",
                {
                    "search": {"folder": "logs", "kind": ["log"]},
                    "algorithms": [{"algorithm": "zstd", "level": 19}, {"algorithm": "xz"}],
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Compress each file with each algorithm, in one job.

        An item that fails ends nothing but itself. The job's result says what became of every item, and names a ZIP of
        all outputs. What was done survives a cancel and the death of a worker; a retry takes up the rest.
        """
        form = BatchIn(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        sources = asking.files_of(request.user, asked)
        batch = asking.begin(request.user, sources, asked["algorithms"], asked.get("title", ""))
        return accepted(request._request, _job(batch))


def _job(batch: Batch) -> Job:
    if batch.job is None:
        raise ValueError("a batch that was just made has a job")
    return batch.job


class BatchList(ListView):
    """Your batches, newest first."""

    request: ApiRequest

    serializer_class = BatchOut
    filterset_class = CreatedFilters
    search_fields = ("title",)
    ordering_fields = ("created_at", "count", "size")

    def get_queryset(self) -> QuerySet[Batch]:
        """Through the door."""
        return selectors.latest(self.request.user)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Return the shape of a page of batches, with their figures."""
        page = args[0] if args else []
        return BatchOut(*args, **{**kwargs, "context": {"figures": selectors.figures(page)}})


class BatchDetail(ApiView):
    """One batch."""

    @extend_schema(responses=BatchDetailOut)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return the batch as it is; of its items the first thousand."""
        return Response(selectors.batch_result(_batch(request, pk)))


class BatchRetry(ApiView):
    """Takes up again what failed."""

    @extend_schema(request=None, responses={202: JobOut})
    def post(self, request: ApiRequest, pk: UUID) -> HttpResponseBase:
        """Make a new job over the items that failed or were cancelled; what succeeded stays."""
        job = services.batch_retry(batch=_batch(request, pk), actor=request.user)
        return accepted(request._request, job)


class ItemFilters(Filters):
    """By state, algorithm and file."""

    status = filters.ChoiceFilter(choices=ItemStatus.choices)
    file = filters.UUIDFilter(field_name="file_id")

    class Meta:
        model = BatchItem
        fields = ["status", "algorithm", "level", "folder"]


class BatchItems(ListView):
    """The items of a batch, in order."""

    serializer_class = BatchItemOut
    filterset_class = ItemFilters
    search_fields = ("file_name", "folder")
    ordering_fields = ("position", "file_name", "size", "status", "result__compressed_size")
    ordering = ("position",)

    def get_queryset(self) -> QuerySet[BatchItem]:
        """Through the door of the batch."""
        if getattr(self, "swagger_fake_view", False):
            nothing: QuerySet[BatchItem] = BatchItem.objects.none()
            return nothing
        batch: Batch = get_visible(Batch.objects, self.request.user, self.kwargs["pk"])
        return selectors.items(batch)


def _batch(request: ApiRequest, pk: UUID) -> Batch:
    found: Batch = get_visible(selectors.latest(request.user), request.user, pk)
    return found
