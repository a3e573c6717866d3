"""Asks the matrix before any view runs."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from core.access.matrix import SAFE_METHODS, find, scope_for
from core.access.roles import Role
from core.errors import AppError, Forbidden, MethodNotAllowed, NotSignedIn, PasswordNeeded
from core.http import is_api, wants_part


class AccessMiddleware:
    """Denies what the matrix does not allow, and everything that has no entry in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do but to call on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Return nothing where the request may go on, and the refusal where it may not."""
        try:
            check_request(request)
        except NotSignedIn as error:
            if is_api(request) or wants_part(request):
                return refusal(request, error)
            # A form that was sent too late cannot be sent again by a link: begin at the start.
            safe = request.method in SAFE_METHODS
            target = request.get_full_path() if safe else resolve_url(settings.LOGIN_REDIRECT_URL)
            return redirect_to_login(target, resolve_url(settings.LOGIN_URL))
        except PasswordNeeded as error:
            return (
                refusal(request, error)
                if is_api(request) or wants_part(request)
                else redirect(settings.PASSWORD_URL)
            )
        except AppError as error:
            return refusal(request, error)
        return None


def refusal(request: HttpRequest, error: AppError) -> HttpResponse:
    """Return the error as a program or a person reads it."""
    from core.api.problems import problem_response  # the API package needs the access rules above

    return problem_response(request, error)


def check_request(request: HttpRequest) -> None:
    """Raise NotSignedIn, Forbidden or MethodNotAllowed unless the matrix lets the request's account do this."""
    match = request.resolver_match
    name = match.view_name if match else ""
    method = request.method or "GET"
    rule = find(name)
    if rule is None:
        raise Forbidden(f"“{name}” has no entry in the permission matrix.", code="no_rule")
    needed = rule.needed(method)
    if needed is None:
        allowed = ", ".join(rule.allowed)
        raise MethodNotAllowed(
            f"{method} is not possible here. Possible: {allowed}.", headers={"Allow": allowed}
        )
    if not isinstance(needed, Role):
        return
    if not request.user.is_authenticated:
        raise NotSignedIn("Send a token as “Authorization: Bearer <token>”, or sign in.")
    check_account(request.user, needed)
    if request.user.password_is_temporary and method not in rule.entering:
        raise PasswordNeeded
    token = getattr(request, "token", None)
    if token is not None and not token.covers(rule.scope or scope_for(method, needed)):
        raise Forbidden("The token's scopes do not cover this call.", code="scope_missing")


def check_account(user: Any, needed: Role) -> None:
    """Raise Forbidden unless the account's role includes `needed`."""
    if not Role(user.role).includes(needed):
        raise Forbidden(f"This needs the role “{needed.value}”; yours is “{user.role}”.", code="role_missing")
