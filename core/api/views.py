"""Bases of all API views."""

from typing import Any

from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.idempotency import key_of, once
from core.api.prefer import preference


class ApiView(APIView):
    """An endpoint: parse, fetch through the door, call one service, render. POSTs honour `Idempotency-Key`.

    Where `keeps_answers` is false they do not: what is neither created nor can be kept, such as a stream. Where
    `any_accept` is true whatever the caller accepts is no reason to refuse: something else decides on the type.
    """

    keeps_answers = True
    any_accept = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a bad preference before anything is done, and have a POST with a key take effect once."""
        super().initial(request, *args, **kwargs)
        preference(request._request)
        handler = getattr(self, "post", None) if self.keeps_answers else None
        if handler and request.method == "POST" and request.user.is_authenticated:
            key = key_of(request)
            if key is not None:
                vars(self)["post"] = once(handler, request, key)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002 as in DRF
        """Choose the type of the answer."""
        return super().perform_content_negotiation(request, force or self.any_accept)


class ListView(ApiView, ListAPIView[Any]):
    """A paginated, filterable, searchable, orderable list."""

    filterset_fields: Any = ()
    search_fields: Any = ()
    ordering_fields: Any = ("created_at",)
    ordering: Any = ("-created_at",)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page of the list."""
        return self.list(request, *args, **kwargs)
