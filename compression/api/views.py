"""Endpoints of compression."""

from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression import calls, planning, selectors
from compression.api import inputs
from compression.api.filters import ResultFilters
from compression.api.serializers import (
    CompressIn,
    DecompressIn,
    ResultDetailOut,
    ResultOut,
)
from compression.choices import Operation
from compression.models import Result
from core.access import get_visible
from core.api.jobs import accepted
from core.api.prefer import preference
from core.api.serializers import JobOut
from core.api.views import ApiView, ListView
from core.models import Job
from files.uploads import StreamedUploads


class Compress(StreamedUploads, ApiView):
    """Compresses."""

    @extend_schema(
        request={"application/json": CompressIn, "multipart/form-data": CompressIn},
        responses={201: ResultDetailOut, 202: JobOut},
        examples=[
            OpenApiExample(
                "Text with zstd",
                {"text": "hello hello hello", "algorithm": "zstd", "level": 19},
                request_only=True,
            )
        ],
    )
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Compress a stored file, an upload or text, verify by decoding, and keep the result.

        Small inputs are answered at once with 201, larger ones with 202 and a job. The output is the standard format
        of the algorithm.
        """
        given, call = inputs.parse(request, CompressIn)
        plan = planning.plan(call["algorithm"], call.get("level"), call.get("params", {}), user=request.user)
        with calls.resolved(request.user, given) as source:
            respond_async = preference(request._request).respond_async
            done = calls.run(request.user, source, plan, Operation.COMPRESS, respond_async=respond_async)
            return _answer(request, done)


class Decompress(StreamedUploads, ApiView):
    """Decompresses."""

    @extend_schema(
        request={"application/json": DecompressIn, "multipart/form-data": DecompressIn},
        responses={201: ResultDetailOut, 202: JobOut},
    )
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Decompress a stored file or an upload; without an algorithm the format is found from the bytes.

        Of a ZIP, 7z or tar archive, also in compressed streams, the members become files in a folder beside it, and
        `outputs` lists them; those that are never given out (links, devices, paths that lead elsewhere) have an `error`
        there. An archive that is damaged gives nothing but a 422.
        """
        given, call = inputs.parse(request, DecompressIn)
        respond_async = preference(request._request).respond_async
        with calls.resolved(request.user, given) as source:
            return _answer(
                request, calls.decompress(request.user, source, **call, respond_async=respond_async)
            )


def _answer(request: ApiRequest, done: Result | Job) -> HttpResponseBase:
    if isinstance(done, Job):
        return accepted(request._request, done)
    return Response(selectors.result_body(done), status=201)


class ResultList(ListView):
    """Your results, newest first."""

    request: ApiRequest

    serializer_class = ResultOut
    filterset_class = ResultFilters
    search_fields = ("file_name", "algorithm__name")
    ordering_fields = (
        "created_at",
        "file_name",
        "original_size",
        "compressed_size",
        "compress_seconds",
        "decompress_seconds",
    )

    def get_queryset(self) -> QuerySet[Result]:
        """Through the door."""
        return selectors.results_with_names(self.request.user)


class ResultDetail(ApiView):
    """One result."""

    @extend_schema(responses=ResultDetailOut)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return the result."""
        found: Result = get_visible(Result.objects.select_related("algorithm", "output"), request.user, pk)
        return Response(ResultDetailOut(found).data)
