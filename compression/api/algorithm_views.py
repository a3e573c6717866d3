"""Endpoints of algorithms: what there is, what staff make and change, how they are tested, what outcomes say."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression.algorithms import calls, selectors, services
from compression.api.algorithm_serializers import AlgorithmChangeIn, PresetIn, TestOut
from compression.api.filters import AlgorithmFilters
from compression.api.history_serializers import AlgorithmDetailOut, AlgorithmViabilityOut
from compression.api.serializers import AlgorithmOut
from compression.history import summary
from compression.models import Algorithm
from compression.optimising import algorithms as own
from compression.recommending.viability import ALL, predicted
from core.api.jobs import accepted
from core.api.prefer import preference
from core.api.serializers import JobOut
from core.api.views import ApiView, ListView
from core.errors import Invalid
from core.models import Job
from files.choices import Kind


def find(request: ApiRequest, name: str) -> Algorithm:
    """Return the algorithm if the account may know of it; 404 where not."""
    return get_object_or_404(Algorithm.objects.visible_to(request.user), name=name)


def detail(algorithm: Algorithm) -> dict[str, Any]:
    """Return an algorithm with what was measured of it."""
    shown: Any = algorithm
    shown.statistics = summary.of(algorithm.name)
    shown.past = selectors.versions(algorithm)
    body: dict[str, Any] = AlgorithmDetailOut(shown).data
    return body


class AlgorithmList(ListView):
    """The algorithms, and new ones."""

    serializer_class = AlgorithmOut
    filterset_class = AlgorithmFilters
    search_fields = ("name", "title", "description", "family")
    ordering_fields = ("name", "family", "kind", "status", "version")
    ordering = ("name",)

    def get_queryset(self) -> QuerySet[Algorithm]:
        """Through the door."""
        return Algorithm.objects.visible_to(self.request.user)

    @extend_schema(
        request=PresetIn,
        responses={201: AlgorithmDetailOut},
        examples=[
            OpenApiExample(
                "A preset for logs",
                {"name": "logs-small", "algorithm": "zstd", "level": 19, "params": {"long": True}},
                request_only=True,
            ),
        ],
    )
    def post(self, request: ApiRequest) -> Response:
        """Make a draft of a codec with its settings fixed: an algorithm of kind “dynamic”, for staff.

        It is used like any other once it is active: PUT its status to testing, test it, PUT it to active. What it makes
        is in the codec's own format, and every version of its settings is kept.
        """
        form = PresetIn(data=request.data)
        form.is_valid(raise_exception=True)
        made = services.preset_create(actor=request.user, **form.validated_data)
        location = reverse("api:compression:algorithm", kwargs={"name": made.name})
        return Response(detail(made), status=201, headers={"Location": location})


class AlgorithmDetail(ApiView):
    """One algorithm."""

    @extend_schema(responses=AlgorithmDetailOut)
    def get(self, request: ApiRequest, name: str) -> Response:
        """Return the algorithm with what real runs measured of it."""
        return Response(detail(find(request, name)))

    @extend_schema(request=AlgorithmChangeIn, responses=AlgorithmDetailOut)
    def put(self, request: ApiRequest, name: str) -> Response:
        """Change status, texts or settings; what is absent stays.

        Of a codec only the status can change. Settings change while the algorithm is a draft or tested, and make a new
        version. From testing the way to active leads through a passed test.
        """
        algorithm = find(request, name)
        form = AlgorithmChangeIn(data=request.data)
        form.is_valid(raise_exception=True)
        changed = own.algorithm_change(algorithm=algorithm, actor=request.user, changes=form.validated_data)
        return Response(detail(changed))

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, name: str) -> Response:
        """Delete an algorithm that you made: its files carry their pipeline and stay readable.

        Of a preset, for staff: a draft that was never used; 409 for any other: disable it instead.
        """
        own.algorithm_remove(algorithm=find(request, name), actor=request.user)
        return Response(status=204)


class AlgorithmTest(ApiView):
    """Tests an algorithm."""

    @extend_schema(request=None, responses={200: TestOut, 202: JobOut})
    def post(self, request: ApiRequest, name: str) -> HttpResponseBase:
        """Take the algorithm through the conformance set.

        Round trips of edge cases, its lowest and highest level, streams that are cut, damaged or have something behind
        their end. Answered at once where it is fast, with a job where not.
        """
        http = request._request
        algorithm = find(request, name)
        done = calls.run_test(request.user, algorithm, respond_async=preference(http).respond_async)
        return accepted(http, done) if isinstance(done, Job) else Response(TestOut(done).data)


class AlgorithmViability(ApiView):
    """How well an algorithm serves a kind of content."""

    @extend_schema(
        responses=AlgorithmViabilityOut,
        parameters=[
            OpenApiParameter("kind", enum=Kind.values, description="A kind of content; all without it.")
        ],
    )
    def get(self, request: ApiRequest, name: str) -> Response:
        """Sum up what came of the algorithm on its latest 1,000 contents, beside all that others made of them.

        `predicted` says what is expected of it on the kind's typical content, whether or not anybody tried it there.
        """
        algorithm = find(request, name)
        kind = _kind(request)
        found = summary.of(algorithm.name)
        judged = found.overall if kind is None else found.by_kind.get(kind, summary.NOTHING)
        body = {"algorithm": algorithm.name, "kind": kind, **vars(judged), "made_at": found.made_at}
        body["predicted"] = predicted(algorithm.name, kind)[kind or ALL]
        return Response(AlgorithmViabilityOut({**body, "by_kind": [] if kind else found.kinds}).data)


def _kind(request: ApiRequest) -> str | None:
    unknown = set(request.query_params) - {"kind"}
    if unknown:
        raise Invalid.field(min(unknown), "Known: kind.", "unknown_parameter")
    kind = request.query_params.get("kind")
    if kind is not None and kind not in Kind.values:
        raise Invalid.field("kind", f"Known: {', '.join(Kind.values)}.")
    return kind
