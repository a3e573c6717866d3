"""Endpoints of “Copy as”: how a program makes again what there is."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression import snippets
from compression.algorithms.snippets import for_algorithm
from compression.analyses import selectors as analyses
from compression.analyses.models import Analysis
from compression.analyses.snippets import for_analysis
from compression.api.algorithm_views import find
from compression.batch import selectors as batches
from compression.batch.models import Batch
from compression.batch.snippets import for_batch
from compression.compare import selectors as comparisons
from compression.compare.models import Comparison
from compression.compare.snippets import for_comparison
from compression.models import Result
from compression.optimising import selectors as optimising
from compression.optimising.models import Optimisation
from compression.optimising.snippets import for_optimisation
from compression.recommending import selectors as recommending
from compression.recommending.models import Recommendation
from compression.recommending.snippets import for_recommendation
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


class OptimisationSnippets(ApiView):
    """An optimisation as code."""

    @extend_schema(responses=SnippetOut(many=True))
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return code that searches again with the same wishes and downloads what came out.

        Of an input that was deleted there is the command line alone.
        """
        row: Optimisation = get_visible(optimising.optimisations(request.user), request.user, pk)
        return snippets_answer(for_optimisation(row, base_of(request._request)))


class AnalysisSnippets(ApiView):
    """An analysis as code."""

    @extend_schema(responses=SnippetOut(many=True))
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return code that looks at the same content; where it was deleted, the command line alone."""
        analysis: Analysis = get_visible(analyses.analyses(request.user), request.user, pk)
        return snippets_answer(for_analysis(analysis, base_of(request._request)))


class RecommendationSnippets(ApiView):
    """A recommendation as code."""

    @extend_schema(responses=SnippetOut(many=True))
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return code that asks again for the same content; where it was deleted, the command line alone."""
        row: Recommendation = get_visible(recommending.recommendations(request.user), request.user, pk)
        return snippets_answer(for_recommendation(row, base_of(request._request)))
