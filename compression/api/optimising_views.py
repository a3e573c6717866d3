"""Endpoints of optimisations."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression import calls as input_calls
from compression.api.filters import OptimisationFilters
from compression.api.optimising_serializers import (
    IterateIn,
    OptimisationDetailOut,
    OptimisationOut,
    OptimiseIn,
    StrategyOut,
    TrialOut,
)
from compression.optimising import selectors, services
from compression.optimising.choices import TrialKind
from compression.optimising.models import Optimisation, Strategy, Trial
from core.access import get_visible
from core.api.filters import Filters
from core.api.jobs import accepted
from core.api.parsers import StrictJSONParser
from core.api.serializers import JobOut
from core.api.views import ApiView, ListView
from core.models import Job

EXAMPLE = OpenApiExample(
    "Small, and still fast to read",
    {
        "file": "0190c8a0-0000-7000-8000-000000000000",
        "objective": "ratio",
        "time_budget_s": 20,
        "constraints": {"min_decompress_mb_s": 100},
    },
    request_only=True,
)


class Optimise(ApiView):
    """Searches for the best way to compress a file."""

    parser_classes: Any = (StrictJSONParser,)
    shape: type[OptimiseIn] = OptimiseIn

    @extend_schema(
        request=OptimiseIn, responses={200: OptimisationDetailOut, 202: JobOut}, examples=[EXAMPLE]
    )
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Search for a better pipeline within a time budget, in a job, and compress the file with it.

        First plain codecs are measured, then pipelines are searched for; each is tried on the content itself. The trace
        and the best so far can be read while it works, `keep` ends it with the best so far, and a cancel drops all.
        """
        form = self.shape(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        strategy = selectors.strategy_named(asked.get("strategy", ""))
        with input_calls.resolved(request.user, input_calls.Input(asked["file"])) as source:
            row = services.optimisation_request(
                owner=request.user,
                source=source.keep(),
                strategy=strategy,
                objective=asked.get("objective", ""),
                budget_s=asked["time_budget_s"],
                constraints=asked.get("constraints", {}),
                rounds=asked.get("iterations"),
                seed=asked.get("seed"),
            )
        return accepted(request._request, job_of(row))


class Iterate(Optimise):
    """Searches several times, each search twice as long as the one before."""

    shape = IterateIn

    @extend_schema(request=IterateIn, responses={200: OptimisationDetailOut, 202: JobOut}, examples=[EXAMPLE])
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """As `optimize`, in so many searches one after the other, at different places of the content."""
        return super().post(request)


def job_of(row: Optimisation) -> Job:
    """Return the job of a row that was just made."""
    if row.job is None:
        raise ValueError("an optimisation that was just made has a job")
    return row.job


class StrategyFilters(Filters):
    """By whether they are enabled."""

    enabled = filters.BooleanFilter()


class StrategyList(ListView):
    """How optimisations can go about it."""

    serializer_class = StrategyOut
    filterset_class = StrategyFilters
    search_fields = ("name", "title")
    ordering_fields = ("position", "name")
    ordering = ("position",)

    def get_queryset(self) -> QuerySet[Strategy]:
        """All of them: a disabled one says so."""
        return Strategy.objects.all()


class OptimisationList(ListView):
    """Your optimisations, newest first."""

    request: ApiRequest

    serializer_class = OptimisationOut
    filterset_class = OptimisationFilters
    search_fields = ("file_name",)
    ordering_fields = ("created_at", "file_name", "original_size", "seconds")

    def get_queryset(self) -> QuerySet[Optimisation]:
        """Through the door."""
        return selectors.optimisations(self.request.user)


class OptimisationDetail(ApiView):
    """One optimisation."""

    @extend_schema(responses=OptimisationDetailOut)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return how far it is, or what came of it; of its trials the first 500."""
        return Response(selectors.optimisation_body(find(request, pk)))

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Delete it with its trace; its result stays."""
        services.optimisation_delete(optimisation=find(request, pk), actor=request.user)
        return Response(status=204)


class OptimisationKeep(ApiView):
    """Ends a search."""

    @extend_schema(request=None, responses=OptimisationDetailOut)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Have the search end, with the best so far as its result; 409 where it has ended."""
        row = services.optimisation_keep(optimisation=find(request, pk), actor=request.user)
        return Response(selectors.optimisation_body(row))


class TrialFilters(Filters):
    """By kind and search."""

    kind = filters.ChoiceFilter(choices=TrialKind.choices)

    class Meta:
        model = Trial
        fields = ["kind", "iteration", "is_best"]


class OptimisationTrace(ListView):
    """All that an optimisation tried, in order."""

    serializer_class = TrialOut
    filterset_class = TrialFilters
    search_fields = ("candidate", "subject")
    ordering_fields = ("number", "elapsed_s", "size")
    ordering = ("number",)

    def get_queryset(self) -> QuerySet[Trial]:
        """Through the door of the optimisation."""
        if getattr(self, "swagger_fake_view", False):
            nothing: QuerySet[Trial] = Trial.objects.none()
            return nothing
        row: Optimisation = get_visible(Optimisation.objects, self.request.user, self.kwargs["pk"])
        return row.trace.all()


def find(request: ApiRequest, pk: UUID) -> Optimisation:
    """Return an optimisation that the account may see; 404 where not."""
    found: Optimisation = get_visible(selectors.optimisations(request.user), request.user, pk)
    return found
