"""Errors as problem documents (RFC 9457) for programs and as pages for people."""

import logging
import sys
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as ModelInvalid
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from redis.exceptions import RedisError
from rest_framework import exceptions as drf
from rest_framework.response import Response

from core import context
from core.database import OUTAGES, is_full
from core.errors import (
    DISK_FULL,
    AppError,
    FieldError,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    NotSignedIn,
    StorageFull,
    TooLarge,
    TooMany,
    Unavailable,
    UnsupportedMedia,
)
from core.http import is_api, wants_part
from core.states import InvalidTransition

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"

# What a person can do about an error, by its status; the detail says what it is.
NEXT = {
    400: "Go back, change what was wrong, and send it again.",
    401: "Sign in and try again.",
    403: "Ask an administrator if you need this.",
    404: "Look for it in its list; it may have been deleted, or belong to somebody else.",
    405: "Go back and use the buttons of the page.",
    409: "Reload the page to see how things are now.",
    412: "Load it again to get it as it is now.",
    413: "Choose something smaller, or make room by deleting what is no longer needed.",
    416: "Begin the download anew.",
    429: "Wait a while and try again.",
    500: "Try again. If it happens again, give the number below to an operator.",
    503: "Try again in a moment.",
    507: "Delete files that are no longer needed, or ask an operator for room.",
}


class Away(Unavailable):
    """The database or Redis does not answer."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "2"})


class InternalError(AppError):
    """A defect of the platform."""

    status, code, title = 500, "internal_error", "Internal error"


def document(error: AppError) -> dict[str, Any]:
    """Return the problem document of `error` in this request."""
    return error.as_dict() | {"request_id": context.current().request_id}


def problem_response(request: HttpRequest, error: AppError) -> HttpResponse:
    """Answer with `error`: JSON for the API and for parts of pages that htmx asks for, a page for people."""
    body = document(error)
    response: HttpResponse
    if is_api(request) or wants_part(request):
        response = JsonResponse(body, status=error.status, content_type=CONTENT_TYPE)
    else:
        response = HttpResponse(_page(request, body), status=error.status)
    for name, value in _headers(error).items():
        response[name] = value
    return response


def _page(request: HttpRequest, problem: dict[str, Any]) -> str:
    """Return the page of an error; one of ours (5xx) does without the account, which may be what fails."""
    signed_in = problem["status"] < 500 and hasattr(request, "user") and request.user.is_authenticated
    base = "base.html" if signed_in else "base_signed_out.html"
    values = {"problem": problem, "base": base, "next": NEXT.get(problem["status"], "")}
    return render_to_string("error.html", values, request if signed_in else None)


def _headers(error: AppError) -> dict[str, str]:
    headers = dict(error.headers)
    if isinstance(error, NotSignedIn):
        headers.setdefault("WWW-Authenticate", 'Bearer realm="dynacomp"')
    return headers


def exception_handler(error: Exception, info: dict[str, Any]) -> Response | None:
    """DRF's hook: every exception that a client can cause becomes a problem document."""
    known = translate(error)
    if known is None:
        return None
    if isinstance(known, Unavailable):  # said again and again as long as something is away
        log.warning("%s: %s", known.title, known.detail)
    elif known.status >= 500:
        log.error("%s", known.title, exc_info=error)
    response = Response(document(known), status=known.status, content_type=CONTENT_TYPE)
    for name, value in _headers(known).items():
        response[name] = value
    return response


def translate(error: Exception) -> AppError | None:
    """Return our error for one of Django's or DRF's, or None for a defect."""
    if isinstance(error, AppError):
        return error
    if isinstance(error, drf.APIException):
        return _from_drf(error)
    if isinstance(error, (Http404, ObjectDoesNotExist)):
        return NotFound("There is no such object, or it is not yours.")
    if isinstance(error, PermissionDenied):
        return Forbidden(str(error) or "Your role does not allow this.")
    if isinstance(error, RequestDataTooBig):
        return TooLarge("The body is larger than a request of this kind may be.")
    if isinstance(error, SuspiciousOperation):
        return Invalid(str(error) or "The request is not well formed.")
    if isinstance(error, ModelInvalid):
        return _from_model(error)
    if isinstance(error, IntegrityError):
        return _from_database(error)
    if isinstance(error, (*OUTAGES, RedisError)):
        return _from_outage(error)
    return None


def _from_outage(error: Exception) -> AppError:
    if is_full(error):
        return StorageFull(DISK_FULL)
    return Away("A part that the platform needs does not answer right now. Nothing was lost.")


def _from_database(error: IntegrityError) -> AppError | None:
    """Return our error where a state machine's trigger refused what another request was quicker with."""
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    return InvalidTransition("Something else changed it first.") if constraint.endswith("_machine") else None


def _from_drf(error: drf.APIException) -> AppError:
    if isinstance(error, drf.ValidationError):
        errors = list(_flatten(error.detail, ""))
        first = errors[0] if errors else FieldError("", "invalid", "The request is not valid.")
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        where = f"{first.field}: " if first.field else ""
        return Invalid(f"{where}{first.detail}{more}", errors=errors)
    detail = str(error.detail)
    if isinstance(error, drf.Throttled):
        return TooMany(detail, retry_after_s=int(getattr(error, "wait", None) or 1))
    kinds: list[tuple[type[drf.APIException], type[AppError]]] = [
        (drf.NotAuthenticated, NotSignedIn),
        (drf.AuthenticationFailed, NotSignedIn),
        (drf.PermissionDenied, Forbidden),
        (drf.NotFound, NotFound),
        (drf.MethodNotAllowed, MethodNotAllowed),
        (drf.NotAcceptable, NotAcceptable),
        (drf.UnsupportedMediaType, UnsupportedMedia),
        (drf.ParseError, Invalid),
    ]
    for theirs, ours in kinds:
        if isinstance(error, theirs):
            return ours(detail)
    return Invalid(detail) if error.status_code < 500 else InternalError(detail)


def _flatten(detail: Any, path: str) -> Iterator[FieldError]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _flatten(inner, ".".join(part for part in (path, own) if part))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, (dict, list))
            yield from _flatten(inner, f"{path}.{index}".lstrip(".") if nested and inner else path)
    else:
        yield FieldError(path, getattr(detail, "code", None) or "invalid", str(detail))


def _from_model(error: ModelInvalid) -> Invalid:
    fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    errors = [
        FieldError("" if name == "__all__" else name, "invalid", message)
        for name, messages in fields.items()
        for message in messages
    ]
    return Invalid(errors[0].detail if errors else "The object is not valid.", errors=errors)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return problem_response(request, NotFound(f"There is nothing at {request.path}."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return problem_response(request, translate(exception) or Invalid("The request is not well formed."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return problem_response(request, Forbidden(str(exception) or "Your role does not allow this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's view for a form that comes from somewhere else, or from before a sign-in."""
    detail = "The form is too old or comes from another site. Reload the page and send it again."
    return problem_response(request, Forbidden(detail, code="csrf_failed"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: says the number under which the log has the cause, and nothing of the inside."""
    number = context.current().request_id
    caught = sys.exc_info()[1]
    known = translate(caught) if isinstance(caught, Exception) else None
    error = known or InternalError(
        f"Something in the platform went wrong. Give this number to those who run it: {number}."
    )
    try:
        return problem_response(request, error)
    except Exception:
        log.exception("the error page failed")
        return JsonResponse(document(error), status=error.status, content_type=CONTENT_TYPE)
