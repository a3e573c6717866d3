"""Endpoints of recommendations."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression import calls as input_calls
from compression import selectors as results
from compression.api import inputs
from compression.api.recommending_serializers import (
    RecommendationOut,
    RecommendedIn,
    RecommendedResultOut,
    RecommendIn,
)
from compression.recommending import calls, selectors, services
from core.access import get_visible
from core.api.jobs import accepted
from core.api.prefer import preference
from core.api.serializers import JobOut
from core.api.views import ApiView
from core.models import Job
from files.uploads import StreamedUploads


class Recommend(StreamedUploads, ApiView):
    """Recommendations."""

    @extend_schema(
        request={"application/json": RecommendIn, "multipart/form-data": RecommendIn},
        responses={201: RecommendationOut},
        examples=[
            OpenApiExample(
                "Fast to read",
                {
                    "text": "hello hello hello",
                    "objective": "ratio",
                    "constraints": {"min_decompress_mb_s": 300},
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: ApiRequest) -> Response:
        """Recommend what to compress content with, ranked, with figures to expect, their intervals, and reasons.

        Four slices of the content are looked at and a few algorithms are tried on them, where a trial is worth its
        time; that takes less than a second, whatever the size. 429 where too much is looked at already.
        """
        given, call = inputs.parse(request, RecommendIn)
        limit, budget_ms = call.pop("limit"), call.pop("budget_ms")
        with input_calls.resolved(request.user, given) as source:
            made = services.recommendation_make(
                owner=request.user, source=source.keep(), budget_cpu_s=budget_ms / 1000, **call
            )
        return Response(RecommendationOut(made, context={"limit": limit}).data, status=201)


class RecommendationDetail(ApiView):
    """One recommendation."""

    @extend_schema(responses=RecommendationOut)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return the recommendation with all its entries."""
        found = get_visible(selectors.recommendations(request.user), request.user, pk)
        return Response(RecommendationOut(found, context={"limit": len(found.found.entries)}).data)


class RecommendedCompress(StreamedUploads, ApiView):
    """Recommends and compresses."""

    @extend_schema(
        request={"application/json": RecommendedIn, "multipart/form-data": RecommendedIn},
        responses={201: RecommendedResultOut, 202: JobOut},
        examples=[OpenApiExample("Small", {"text": "hello hello", "objective": "ratio"}, request_only=True)],
    )
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Compress with what is recommended first for the objective; `recommendation` says what and why.

        As `compress`: small inputs are answered at once with 201, larger ones with 202 and a job.
        """
        given, call = inputs.parse(request, RecommendedIn)
        http = request._request
        respond_async = preference(http).respond_async
        with input_calls.resolved(request.user, given) as source:
            done, made = calls.compress(request.user, source, respond_async=respond_async, **call)
        if isinstance(done, Job):
            return accepted(http, done)
        body: dict[str, Any] = results.result_body(done, recommendation=str(made.pk))
        return Response(body, status=201)
