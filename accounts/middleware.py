"""Finds the account of a request that brings a token."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from accounts import selectors
from core.access.matrix import ANYONE, find
from core.api.problems import problem_response
from core.errors import NotSignedIn


def bearer(header: str) -> str | None:
    """Return the secret of an `Authorization: Bearer` header, or None where the header is of another kind."""
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


class BearerTokenMiddleware:
    """For API addresses: the token decides, whatever cookie comes beside it. A bad one is a 401, but where nobody
    needs one: a program whose token has expired can sign in for the next without taking it off first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End a session that is not good any more."""
        request.token = None  # type: ignore[attr-defined]
        if not _brings_token(request) and request.user.is_authenticated and not session_is_current(request):
            request.session.flush()
            request.user = AnonymousUser()
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Set `request.user` and `request.token` from the token, or refuse."""
        if not _brings_token(request):
            return None
        secret = bearer(request.headers["Authorization"])
        token = selectors.good_token(secret) if secret else None
        if token is None:
            request.user = AnonymousUser()
            return None if _open_to_anyone(request) else problem_response(request, _bad_token())
        selectors.note_use(token)
        request.user = token.owner
        request.token = token  # type: ignore[attr-defined]
        return None


def _brings_token(request: HttpRequest) -> bool:
    return "Authorization" in request.headers and request.path_info.startswith("/api/")


def _open_to_anyone(request: HttpRequest) -> bool:
    rule = find(request.resolver_match.view_name) if request.resolver_match else None
    return rule is not None and rule.needed(request.method or "GET") is ANYONE


def _bad_token() -> NotSignedIn:
    return NotSignedIn(
        "The token is unknown, expired or revoked. Make a new one on your account page.",
        code="token_invalid",
        headers={"WWW-Authenticate": 'Bearer realm="dynacomp", error="invalid_token"'},
    )


def session_is_current(request: HttpRequest) -> bool:
    """Whether the session began after the account last ended all of its sessions, and the account is open."""
    user = request.user
    return bool(user.is_active) and request.session.get(settings.SESSION_GENERATION, 0) == getattr(
        user, "generation", 0
    )
