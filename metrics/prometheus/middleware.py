"""Counts every request, however it ends. The first in MIDDLEWARE, so that it sees what the others refuse."""

from collections.abc import Callable
from functools import cache, partial
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.handoff import AT_END, RECEIVED
from core.handoff.base import closers
from metrics.prometheus.http import Counted, Counting

NO_ROUTE = "none"
STATIC = "static"
BACK_OFFICE = "admin"
FAILED = 500


@cache
def counting() -> Counting:
    """Return the counters of this process."""
    return Counting(settings.PROMETHEUS_DIR)


@cache
def counted() -> Counted:
    """Return what all processes have counted."""
    return Counted(settings.PROMETHEUS_DIR)


class CountingMiddleware:
    """Counts requests by method, route and class of status, with the time until the answer began."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._counting = counting()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer and count; a streamed answer counts when it ends, since its status may be known late."""
        arrived = request.META.get(RECEIVED) or perf_counter()
        self._counting.began()
        try:
            response = self.get_response(request)
        except BaseException:
            self._count(request, arrived, FAILED, perf_counter())
            raise
        if not response.streaming:
            self._count(request, arrived, response.status_code, perf_counter())
        elif (at_end := request.META.get(AT_END)) is not None:
            at_end.append(partial(self._count, request, arrived))
        else:
            closers(response).append(
                partial(self._count, request, arrived, response.status_code, perf_counter())
            )
        return response

    def _count(self, request: HttpRequest, arrived: float, status: int, began: float) -> None:
        self._counting.ended(request.method or "", route_of(request), status, max(0.0, began - arrived))


def route_of(request: HttpRequest) -> str:
    """Return the name of the request's route; the back office and the static files are one each."""
    match = request.resolver_match
    if match is None:
        return STATIC if request.path_info.startswith(settings.STATIC_URL) else NO_ROUTE
    return BACK_OFFICE if BACK_OFFICE in match.namespaces else match.view_name or NO_ROUTE
