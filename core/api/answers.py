"""Answers in plain form, for places that no view finalises."""

from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response


def rendered(response: Response, *, data: Any = None) -> HttpResponse:
    """Return a plain response with the JSON of a DRF response, or of `data` in its place."""
    data = response.data if data is None else data
    plain = HttpResponse(
        JSONRenderer().render(data) if data is not None else b"",
        status=response.status_code,
        content_type=response.content_type or "application/json",
    )
    for name, value in response.headers.items():
        if name.lower() != "content-type":
            plain[name] = value
    return plain
