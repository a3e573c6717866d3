"""Endpoints of “Copy as”: how a program makes again what there is."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression import snippets
from compression.algorithms.snippets import for_algorithm
from compression.api.algorithm_views import find
from compression.batch import selectors as batches
from compression.batch.models import Batch
from compression.batch.snippets import for_batch
from compression.compare import selectors as comparisons
from compression.compare.models import Comparison
from compression.compare.snippets import for_comparison
from compression.models import Result
from core.access import get_visible
from core.api.snippets import SnippetOut, snippets_answer
from core.api.views import ApiView
from core.snippets import base_of


class ResultSnippets(ApiView):
    """A result as code."""

    @extend_schema(responses=SnippetOut(many=True))
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return code that makes the result again and downloads what came out.

        Of an input that was deleted there is the command line alone.
        """
        found = Result.objects.select_related("algorithm", "file", "output")
        result: Result = get_visible(found, request.user, pk)
        return snippets_answer(snippets.for_result(result, base_of(request._request)))


class AlgorithmSnippets(ApiView):
    """An algorithm as code."""

    @extend_schema(responses=SnippetOut(many=True))
    def get(self, request: ApiRequest, name: str) -> Response:
        """Return code that compresses `$FILE` with the algorithm: a path, in Python the id of a stored file."""
        return snippets_answer(for_algorithm(find(request, name), base_of(request._request)))


class BatchSnippets(ApiView):
    """A batch as code."""

    @extend_schema(responses=SnippetOut(many=True))
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return code that compresses the files of the batch again and downloads its archive."""
        batch: Batch = get_visible(batches.latest(request.user), request.user, pk)
        return snippets_answer(for_batch(batch, base_of(request._request)))


class ComparisonSnippets(ApiView):
    """A comparison as code."""

    @extend_schema(responses=SnippetOut(many=True))
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return code that measures the same candidates again, in the same order."""
        comparison: Comparison = get_visible(comparisons.with_measurements(), request.user, pk)
        return snippets_answer(for_comparison(comparison, base_of(request._request)))
