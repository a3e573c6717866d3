"""Endpoints of learning: train, look at the states, choose which serves."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression.api.learning_serializers import LearnedOut, LearnIn, StateOut
from compression.learning import selectors, states, training
from compression.learning.choices import StateStatus
from compression.learning.models import LearningState
from core.api.filters import CreatedFilters
from core.api.jobs import accepted
from core.api.parsers import StrictJSONParser
from core.api.serializers import JobOut
from core.api.views import ApiView, ListView


class StateFilters(CreatedFilters):
    """By what became of them, and when they were made."""

    status = filters.ChoiceFilter(choices=StateStatus.choices)


class MetaLearn(ListView):
    """The states, and new ones."""

    parser_classes: Any = (StrictJSONParser,)
    serializer_class = StateOut
    filterset_class = StateFilters
    search_fields = ("name", "reason")
    ordering_fields = ("number", "outcomes", "created_at", "served_at")
    ordering = ("-number",)

    def get_queryset(self) -> QuerySet[LearningState]:
        """All of them: they hold nothing of anybody's content."""
        return selectors.states()

    @extend_schema(request=LearnIn, responses={200: LearnedOut, 202: JobOut})
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Train a state on every outcome there is, in a job, and have it serve where it is better, for staff.

        Better is what has an advantage over the serving state on contents that it has not seen, with the whole interval
        above 0. One training is under way at a time: who asks meanwhile gets its job. 409 where training is off.
        """
        form = LearnIn(data=request.data)
        form.is_valid(raise_exception=True)
        job = training.training_request(owner=request.user, **form.validated_data)
        return accepted(request._request, job)


class StatePromote(ApiView):
    """Chooses the state that serves."""

    @extend_schema(request=None, responses=StateOut)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Have this state serve from now on, for staff: also the way back to one that served before.

        409 for a state that was refused, or that this version cannot read.
        """
        row = get_object_or_404(selectors.states(), pk=pk)
        promoted = states.state_promote(state=row, actor=request.user)
        return Response(StateOut(promoted).data)
