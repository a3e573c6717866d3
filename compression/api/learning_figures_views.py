"""Endpoints of the figures of learning, and of the outcomes that they are made of."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression.api.learning_figures_serializers import FiguresOut, LearningOutcomeOut, LearningOutcomeShort
from compression.api.learning_filters import LearningOutcomeFilters
from compression.engine.searching.objective import Objective
from compression.learning.dashboard import figures
from compression.learning.models import Outcome
from core.api.views import ApiView, ListView
from core.errors import Invalid

_PACKED = ("state__packed", "state__lineage", "state__figures")


def _outcomes() -> QuerySet[Outcome]:
    return Outcome.objects.select_related("state").defer(*_PACKED)


class LearningFigures(ApiView):
    """What was learned, and whether it helps."""

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "aim",
                enum=[one.value for one in figures.OBJECTIVES],
                description="What is best in `wins`; ratio, where it is left out.",
            )
        ],
        responses=FiguresOut,
    )
    def get(self, request: ApiRequest) -> Response:
        """Return the figures of the dashboard of learning, each with its interval, for staff.

        Regrets are shares of the least cost, rates are logarithms of cost for each doubling of outcomes.
        """
        aim = request.query_params.get("aim", Objective.RATIO.value)
        if aim not in {one.value for one in figures.OBJECTIVES}:
            raise Invalid.field("aim", f"It is one of {', '.join(figures.OBJECTIVES)}.")
        return Response(FiguresOut(figures.all_of_it(Objective(aim))).data)


class LearningOutcomes(ListView):
    """What was learned from, newest first, for staff."""

    queryset = Outcome.objects.none()  # tells the schema the model
    serializer_class = LearningOutcomeShort
    filterset_class = LearningOutcomeFilters
    search_fields = ("content_sha256", "source_sha256")
    ordering_fields = ("created_at", "origin", "content_kind", "size", "chosen", "cpu_seconds")

    def get_queryset(self) -> QuerySet[Outcome]:
        """All of them: they hold hashes and figures, and nothing of the content."""
        return _outcomes().defer("features", *_PACKED)


class LearningOutcome(ApiView):
    """One outcome."""

    @extend_schema(responses=LearningOutcomeOut)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return an outcome with its features, and every trial with what was predicted beside what came."""
        row = get_object_or_404(_outcomes().prefetch_related("trials"), pk=pk)
        return Response(LearningOutcomeOut(row).data)
