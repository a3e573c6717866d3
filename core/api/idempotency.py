"""`Idempotency-Key`: the same key and body give the same answer once.

The effects of the call and the answer that is kept commit in one transaction, under an advisory lock that belongs to
it: a process that dies in between has done nothing, and the key is free again as soon as its connection is gone. A
refusal (4xx) is kept too, where a repeat would get it again; a 5xx is not, and undoes what was done.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.answers import rendered
from core.api.jobs import accepted
from core.api.problems import problem_response, translate
from core.errors import AppError, Conflict, Invalid, KeyReused
from core.models import IdempotencyKey, Job

REPLAYED = "Idempotency-Replayed"
KEPT_FOR = timedelta(days=1)
_KEPT_HEADERS = ("Location", "Content-Type", "ETag", "Preference-Applied")
# Answers that another try may turn into a better one.
_PASSING = frozenset({401, 403, 408, 409, 429})

Handler = Callable[..., HttpResponseBase]


class _Undo(Exception):
    """Carries an answer out of a transaction that is not to be kept."""

    def __init__(self, response: HttpResponseBase) -> None:
        self.response = response


def key_of(request: Request) -> str | None:
    """Return the key of the request, if it has one; Invalid where it is none that can be kept."""
    key: str | None = request.headers.get("Idempotency-Key")
    if key is not None and (not 1 <= len(key) <= 255 or not key.isprintable()):
        raise Invalid.field("Idempotency-Key", "1 to 255 printable characters.")
    return key


def once(handler: Handler, request: Request, key: str) -> Handler:
    """Return `handler` such that it takes effect once under `key` of the request's account.

    A response with a secret that is told once has the data to keep in its place as `kept`.
    """

    def call(*args: Any, **kwargs: Any) -> HttpResponseBase:
        asked: dict[str, Any] = {"owner": request.user, "key": key, "fingerprint": fingerprint(request)}
        try:
            with transaction.atomic():
                kept = _take(**asked)
                if kept is not None:
                    return _told_again(request, kept)
                response, error = _attempt(handler, *args, **kwargs)
                answer = problem_response(request._request, error) if error else _to_keep(response)
                if answer is not None:
                    _keep(answer, **asked)
        except _Undo as undo:
            return undo.response
        if error is not None:
            raise error
        return response

    return call


def _attempt(handler: Handler, *args: Any, **kwargs: Any) -> tuple[HttpResponseBase, AppError | None]:
    """Return the answer, or the refusal, that is to be kept with what was done; raise where all must be undone."""
    try:
        response = handler(*args, **kwargs)
    except Exception as error:
        known = translate(error)
        if known is None or not _lasts(known.status) or connection.needs_rollback:
            raise
        return HttpResponse(), known
    if not _lasts(response.status_code):
        raise _Undo(response)
    return response, None


def _lasts(status: int) -> bool:
    return status < 500 and status not in _PASSING


def _to_keep(response: HttpResponseBase) -> HttpResponse | None:
    """Return the answer whole; None for one that streams, which cannot be kept."""
    if hasattr(response, "at_once"):
        response = response.at_once()
    if isinstance(response, Response):
        return rendered(response, data=getattr(response, "kept", response.data))
    return response if isinstance(response, HttpResponse) else None


def lock_number(owner: Any, key: str) -> int:
    """Return the number of the advisory lock that stands for a key."""
    return int.from_bytes(hashlib.sha256(f"{owner.pk} {key}".encode()).digest()[:8], signed=True)


def _take(*, owner: Any, key: str, fingerprint: str) -> IdempotencyKey | None:
    """Lock the key until the end of the transaction; return what is kept under it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(owner, key)])
        if not cursor.fetchone()[0]:
            raise Conflict("A call with this key is under way.", code="idempotency_in_progress")
    row = IdempotencyKey.objects.filter(owner=owner, key=key).first()
    if row is not None and row.fingerprint != fingerprint:
        raise KeyReused
    return row


def _keep(answer: HttpResponse, **asked: Any) -> None:
    IdempotencyKey.objects.create(
        **asked,
        status=answer.status_code,
        headers={name: answer[name] for name in _KEPT_HEADERS if name in answer},
        body=answer.content.decode(),
    )


def _told_again(request: Request, row: IdempotencyKey) -> HttpResponseBase:
    """Return the kept answer; where that is a job (202 is nothing else), the job as it is now."""
    job = Job.objects.filter(pk=json.loads(row.body)["id"]).first() if row.status == 202 else None
    response = accepted(request._request, job) if job is not None else _kept(row)
    response[REPLAYED] = "true"
    return response


def _kept(row: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(row.body.encode(), status=row.status)
    for name, value in row.headers.items():
        response[name] = value
    return response


def fingerprint(request: Request) -> str:
    """Return a hash of what is asked: method, address, fields, and the content of the files."""
    data = request.data
    if hasattr(data, "lists"):
        files = [(name, file) for name, found in request.FILES.lists() for file in found]
        fields = [
            (name, str(value))
            for name, values in data.lists()
            for value in values
            if name not in request.FILES
        ]
        fields += [(name, f"{file.name} {_sha256(file)}") for name, file in files]
    else:
        fields = [("", json.dumps(data, sort_keys=True, default=str))]
    # A slash at the end of the address is no difference.
    address = [request.path.rstrip("/"), request.META.get("QUERY_STRING", "")]
    text = json.dumps([request.method, *address, sorted(fields)])
    return hashlib.sha256(text.encode()).hexdigest()


def _sha256(file: Any) -> str:
    """Return the hash that was taken when the file came in, or take it now."""
    if known := getattr(file, "sha256", None):
        return str(known)
    content: BinaryIO = file.file
    content.seek(0)
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    content.seek(0)
    return digest


def forget_old_keys() -> None:
    """Drop keys that nobody will repeat any more."""
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
