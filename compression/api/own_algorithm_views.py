"""Endpoints of the algorithms that people make of what was found: kept, trained, exported, imported."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression import rules
from compression.api.algorithm_views import detail
from compression.api.algorithm_views import find as find_algorithm
from compression.api.history_serializers import AlgorithmDetailOut
from compression.api.optimising_views import find
from compression.batch import asking
from compression.engine import portable
from compression.models import Algorithm
from compression.optimising import algorithms, training
from core.api.fields import BoundedListField
from core.api.jobs import accepted
from core.api.parsers import StrictJSONParser
from core.api.serializers import JobOut
from core.api.strict import Strict
from core.api.views import ApiView
from core.errors import Invalid
from core.text import whole_number


class KeepIn(Strict):
    """What an algorithm is called that is made of what was found."""

    name = rules.OWN_NAME.serializer_field()
    title = rules.ALGORITHM_TITLE.serializer_field(required=False)
    description = rules.ALGORITHM_DESCRIPTION.serializer_field(required=False)


class TrainIn(KeepIn):
    """Files to train an algorithm on."""

    files = BoundedListField(child=serializers.UUIDField(), min_length=2, max_length=training.MOST_FILES)
    objective = rules.OBJECTIVE.serializer_field(required=False, default="ratio")
    time_budget_s = serializers.FloatField(required=False, default=30.0, min_value=1, max_value=3600)
    test_share = serializers.FloatField(
        required=False,
        default=0.3,
        min_value=0,
        max_value=0.9,
        help_text="Part of the files that the algorithm does not see, and is judged on.",
    )
    seed = rules.SEED.serializer_field(required=False, default=0)


class AlgorithmFile(serializers.Serializer[Any]):
    """The file of an algorithm, as `export` gives it."""

    format = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    codec = serializers.CharField()
    pipeline = serializers.CharField(help_text="The packed pipeline in base64.")
    sha256 = serializers.CharField()


class OptimisationAlgorithm(ApiView):
    """Makes an algorithm of an optimisation."""

    @extend_schema(request=KeepIn, responses={201: AlgorithmDetailOut})
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Keep the best pipeline as an algorithm of yours, called <account>.<name>.

        Under a name that you have already it becomes the next version. It is used like any algorithm, by `compress`,
        `batch` and `compare`; with `params: {"adapt": true}` it searches again where it stops paying.
        """
        form = KeepIn(data=request.data)
        form.is_valid(raise_exception=True)
        made = algorithms.algorithm_keep_found(
            optimisation=find(request, pk), actor=request.user, **form.validated_data
        )
        return created(made)


def created(made: Algorithm) -> Response:
    """Answer with an algorithm that was just made."""
    location = reverse("api:compression:algorithm", kwargs={"name": made.name})
    return Response(detail(made), status=201, headers={"Location": location})


class AlgorithmTrain(ApiView):
    """Trains an algorithm."""

    parser_classes: Any = (StrictJSONParser,)

    @extend_schema(request=TrainIn, responses={200: OpenApiTypes.OBJECT, 202: JobOut})
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Find the pipeline with the best total on a part of the files, judge it on the others, and keep it.

        The job's result has the ratio on the files that were seen and on those that were not, each beside zstd 19.
        """
        form = TrainIn(data=request.data)
        form.is_valid(raise_exception=True)
        asked = dict(form.validated_data)
        sources = asking.files_of(request.user, {"files": asked.pop("files")})
        job = training.training_request(
            owner=request.user, sources=sources, budget_s=asked.pop("time_budget_s"), **asked
        )
        return accepted(request._request, job)


class AlgorithmExport(ApiView):
    """An algorithm as a file."""

    @extend_schema(
        parameters=[
            OpenApiParameter("version", int, description="One of its versions; the latest without it.")
        ],
        responses={200: AlgorithmFile},
    )
    def get(self, request: ApiRequest, name: str) -> HttpResponse:
        """Return the algorithm as one small file, which `import` takes; 404 for one without a pipeline."""
        unknown = set(request.query_params) - {"version"}
        if unknown:
            raise Invalid.field(min(unknown), "Known: version.", "unknown_parameter")
        asked = request.query_params.get("version")
        version = None if asked is None else whole_number(asked, low=1, high=10**6)
        if asked is not None and version is None:
            raise Invalid.field("version", "A whole number, at least 1.")
        return as_file(find_algorithm(request, name), version)


def as_file(algorithm: Algorithm, version: int | None = None) -> HttpResponse:
    """Answer with an algorithm as a download."""
    data = algorithms.exported(algorithm, version)
    name = f"{algorithm.name}{portable.EXTENSION}"
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(data, content_type="application/json", headers={"Content-Disposition": disposition})


class AlgorithmImport(ApiView):
    """Takes in algorithms."""

    parser_classes: Any = (StrictJSONParser,)

    @extend_schema(
        request=AlgorithmFile,
        parameters=[OpenApiParameter("name", str, description="Another name than that in the file.")],
        responses={201: AlgorithmDetailOut},
    )
    def post(self, request: ApiRequest) -> Response:
        """Make an algorithm of yours of a file that `export` gave, here or elsewhere.

        422 for one that is damaged, or has parts that this installation does not know.
        """
        data = json.dumps(request.data).encode()
        name = request.query_params.get("name", "")
        return created(algorithms.algorithm_import(actor=request.user, data=data, name=name))
