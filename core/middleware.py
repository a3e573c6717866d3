"""Middleware of every request: its id, its slash, its headers, its errors."""

import logging
import re
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from core import context
from core.api.problems import problem_response, translate
from core.errors import Invalid
from core.http import is_api
from core.ids import uuid7

log = logging.getLogger("core.requests")

BACK_OFFICE = "/admin/"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
Handler = Callable[[HttpRequest], HttpResponse]


class RequestContextMiddleware:
    """Gives the request its id, which the client may choose, and writes one line about it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer under the request's context."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _GIVEN_ID.fullmatch(given) else uuid7().hex
        began = time.perf_counter()
        with context.use(context.Context(request_id=request_id, address=request.META.get("REMOTE_ADDR", ""))):
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            if not request.path_info.startswith((settings.STATIC_URL, "/api/v1/health/")):
                log.info(
                    "%s %s %d",
                    request.method,
                    request.path_info,
                    response.status_code,
                    extra={"ms": round((time.perf_counter() - began) * 1000, 1)},
                )
        return response


class AddressMiddleware:
    """Addresses have no trailing slash; with one they work too. An address that is no text is refused."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as if the slash were not there; the back office keeps its own."""
        path = request.path_info
        if "\x00" in path or "%00" in request.META.get("QUERY_STRING", ""):
            return problem_response(request, Invalid("The address contains a NUL character."))
        if path == BACK_OFFICE.rstrip("/"):
            request.path_info = BACK_OFFICE
        elif path != "/" and path.endswith("/") and not path.startswith(BACK_OFFICE):
            request.path_info = path.rstrip("/") or "/"
        return self.get_response(request)


class SecurityHeadersMiddleware:
    """Headers that keep a page to itself."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers; a view may have set stricter ones."""
        response = self.get_response(request)
        in_admin = request.path_info.startswith(BACK_OFFICE)
        policy = settings.CONTENT_SECURITY_POLICY_ADMIN if in_admin else settings.CONTENT_SECURITY_POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if settings.SECURE_HSTS_SECONDS:
            response.headers.setdefault(
                "Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}"
            )
        if hasattr(request, "htmx") and not is_api(request):
            patch_vary_headers(response, ["HX-Request", "Cookie"])
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class ProblemMiddleware:
    """Turns the errors of pages into answers that say what happened and what to do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do but to call on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an error that a client can cause; leave others to Django, which logs them."""
        known = translate(error)
        return problem_response(request, known) if known is not None and known.status < 500 else None
