"""Endpoints for the tests of what all endpoints share; `tests.core.test_idempotency` puts them in place of the URLs."""

import threading
from typing import Any, ClassVar

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import include, path
from redis.exceptions import ConnectionError as RedisAway
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import ANYONE, rule
from core.access.roles import Role
from core.api.jobs import accepted
from core.api.parsers import StrictJSONParser
from core.api.views import ApiView
from core.errors import Conflict, StorageFull, TooMany, Unprocessable
from core.jobs import enqueue


class Create(ApiView):
    """Makes a job, and then answers as `how` says."""

    parser_classes: Any = (StrictJSONParser, MultiPartParser)
    entered = threading.Event()
    leave = threading.Event()

    def post(self, request: Request) -> Any:
        """Make one, and answer or fail."""
        asked: Any = request.data
        job = enqueue("test.nothing", owner=request.user, params={})
        how = asked.get("how", "")
        if how == "hold":
            self.entered.set()
            assert self.leave.wait(40)
        if how in ERRORS:
            raise ERRORS[how]
        if how == "stream":
            return StreamingHttpResponse([b"bytes"])
        if how == "job":
            return accepted(request._request, job)
        response = Response({"id": str(job.pk), "secret": "s3cret"}, status=201, headers={"Location": "/x"})
        if how == "secret":
            response.kept = {"id": str(job.pk)}  # type: ignore[attr-defined]
        return response


ERRORS: dict[str, Exception] = {
    "unprocessable": Unprocessable("It is corrupt.", code="corrupt_stream"),
    "conflict": Conflict("Not now."),
    "too_many": TooMany("Slow down.", retry_after_s=7),
    "full": StorageFull("No room."),
    "defect": RuntimeError("the inside"),
    "database": OperationalError("connection to server failed"),
    "redis": RedisAway("refused"),
}


class Bare(ApiView):
    """Knows GET alone, though the matrix lists no other."""

    handled: ClassVar[list[str]] = []

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response({})

    def delete(self, request: Request) -> Response:
        """Do what the matrix does not name."""
        self.handled.append("delete")
        return Response(status=204)


def page(request: HttpRequest) -> HttpResponse:
    """Fail as `how` says."""
    raise ERRORS[request.GET["how"]]


def nothing(request: HttpRequest) -> HttpResponse:
    """Is in no matrix."""
    return HttpResponse("open to all")


RULES = {
    "t:create": rule(POST=Role.USER),
    "t:bare": rule(GET=Role.VIEWER),
    "page": rule(GET=ANYONE),
}

handler400 = "core.api.problems.bad_request"
handler403 = "core.api.problems.permission_denied"
handler404 = "core.api.problems.page_not_found"
handler500 = "core.api.problems.server_error"

own = (
    [
        path("create", Create.as_view(), name="create"),
        path("bare", Bare.as_view(), name="bare"),
        path("nothing", nothing, name="nothing"),
    ],
    "t",
)
urlpatterns = [
    path("test/page", page, name="page"),
    path("api/v1/test/", include(own)),
    path("", include("config.urls")),
]
