"""DRF sees the account that the middleware found: one sign-in for pages, API and sockets."""

from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class RequestAuthentication(SessionAuthentication):
    """The account of the request; one that came by cookie must also send the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the account and its token, if it came with one."""
        http = request._request
        user = getattr(http, "user", None)
        if user is None or not user.is_authenticated:
            return None
        token = getattr(http, "token", None)
        if token is None:
            self.enforce_csrf(request)
        return user, token

    def authenticate_header(self, request: Request) -> str:
        """Make DRF answer 401, not 403, to who is not signed in."""
        return 'Bearer realm="dynacomp"'
