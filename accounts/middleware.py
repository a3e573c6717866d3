"""Finds the account of a request that brings a token."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from accounts import selectors
from core.api.problems import problem_response
from core.errors import NotSignedIn


def bearer(header: str) -> str | None:
    """Return the secret of an `Authorization: Bearer` header, or None where the header is of another kind."""
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


class BearerTokenMiddleware:
    """For API addresses: the token decides, whatever cookie comes beside it. A bad one is a 401."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set `request.user` and `request.token`, or refuse."""
        request.token = None  # type: ignore[attr-defined]
        header = request.headers.get("Authorization")
        if header and request.path_info.startswith("/api/"):
            secret = bearer(header)
            token = selectors.good_token(secret) if secret else None
            if token is None:
                error = NotSignedIn(
                    "The token is unknown, expired or revoked. Make a new one on your account page.",
                    code="token_invalid",
                    headers={"WWW-Authenticate": 'Bearer realm="dynacomp", error="invalid_token"'},
                )
                return problem_response(request, error)
            selectors.note_use(token)
            request.user = token.owner
            request.token = token  # type: ignore[attr-defined]
        elif request.user.is_authenticated and not session_is_current(request):
            request.session.flush()
            request.user = AnonymousUser()
        return self.get_response(request)


def session_is_current(request: HttpRequest) -> bool:
    """Whether the session began after the account last ended all of its sessions, and the account is open."""
    user = request.user
    return bool(user.is_active) and request.session.get(settings.SESSION_GENERATION, 0) == getattr(
        user, "generation", 0
    )
