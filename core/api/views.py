"""Bases of all API views."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.idempotency import Attempt, Replay
from core.api.prefer import preference


class ApiView(APIView):
    """An endpoint: parse, fetch through the door, call one service, render. POSTs honour `Idempotency-Key`."""

    _attempt: Attempt | None = None
    _error: Exception | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Take the idempotency key, once it is known that the caller may call."""
        super().initial(request, *args, **kwargs)
        preference(request._request)  # a bad one is refused before anything is done
        key = request.headers.get("Idempotency-Key")
        if key is not None and request.method == "POST" and request.user.is_authenticated:
            self._attempt = Attempt.begin(request, key)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a repeated call with its kept answer, and every error with a problem document."""
        if isinstance(exc, Replay):
            return exc.response  # type: ignore[return-value]
        self._error = exc
        try:
            return super().handle_exception(exc)
        except BaseException:
            if self._attempt:  # a defect: undo the effects, free the key
                self._attempt.finish(HttpResponse(status=500), exc)
                self._attempt = None
            raise

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Close the idempotent call."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if self._attempt:
            attempt, self._attempt = self._attempt, None
            attempt.finish(final, self._error)
        return final


class ListView(ApiView, ListAPIView):
    """A paginated, filterable, searchable, orderable list."""

    filterset_fields: Any = ()
    search_fields: Any = ()
    ordering_fields: Any = ("created_at",)
    ordering: Any = ("-created_at",)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Return a page of the list."""
        return self.list(request, *args, **kwargs)
