"""Endpoints of analyses."""

from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression import calls as input_calls
from compression.analyses import calls, selectors, services
from compression.analyses.blocks import block_map
from compression.analyses.models import Analysis
from compression.api import inputs
from compression.api.analysis_serializers import AnalyseIn, AnalysisOut, AnalysisRowOut
from compression.api.block_serializers import BlockMapOut
from compression.api.filters import AnalysisFilters
from core.access import get_visible
from core.api.jobs import accepted
from core.api.prefer import preference
from core.api.serializers import JobOut
from core.api.views import ApiView, ListView
from core.models import Job
from files.selectors import opened_file
from files.uploads import StreamedUploads


class Analyse(StreamedUploads, ListView):
    """Analyses, and new ones."""

    request: ApiRequest

    serializer_class = AnalysisRowOut
    filterset_class = AnalysisFilters
    search_fields = ("file__name", "summary")
    ordering_fields = ("created_at", "original_size")

    def get_queryset(self) -> QuerySet[Analysis]:
        """Through the door; a list has no use for the reports."""
        return selectors.analyses(self.request.user).defer("report")

    @extend_schema(
        request={"application/json": AnalyseIn, "multipart/form-data": AnalyseIn},
        responses={200: AnalysisOut, 201: AnalysisOut, 202: JobOut},
        examples=[OpenApiExample("A text", {"text": "1,2\n2,4\n3,6\n" * 20}, request_only=True)],
    )
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Look at content: its features, the structure that pays, and figures of pictures.

        Structure is looked for in the first MiB; pictures are of all bytes up to 64 MiB, and of so many evenly spread
        beyond. That takes a second or two, whatever the size. Content that was looked at before is answered with 200.
        """
        given, _ = inputs.parse(request, AnalyseIn)
        http = request._request
        with input_calls.resolved(request.user, given) as source:
            before = selectors.analysis_of(request.user, source.file)
            done = calls.run(request.user, source.keep(), respond_async=preference(http).respond_async)
            if isinstance(done, Job):
                return accepted(http, done)
            return Response(AnalysisOut(done).data, 200 if before == done else 201)


class AnalysisDetail(ApiView):
    """One analysis."""

    @extend_schema(responses=AnalysisOut)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return the analysis."""
        found = get_visible(selectors.analyses(request.user), request.user, pk)
        return Response(AnalysisOut(found).data)

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Delete the analysis."""
        found = get_visible(Analysis.objects, request.user, pk)
        services.analysis_delete(analysis=found, actor=request.user)
        return Response(status=204)


class FileBlocks(ApiView):
    """What a container was made with."""

    @extend_schema(responses=BlockMapOut)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Map the blocks of a file in the container .dcz: what each was made with, and the next best.

        At most 32 blocks, spread over the file, are decoded to try others on them, within some seconds of CPU time.
        422 where the file is no .dcz, 429 where too much is looked at already.
        """
        return Response(BlockMapOut(block_map(opened_file(request.user, pk))).data)
