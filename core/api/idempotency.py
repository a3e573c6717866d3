"""`Idempotency-Key`: the same key and body give the same answer once.

The effects of the call and the end of its key's row commit in one transaction: a process that dies in between has
done nothing, and the key can be used again when its lock is over. A refusal (4xx) is kept too; a 5xx is not.
A response with a secret that is told once has the data to keep in its place as `kept`.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from core.errors import Conflict, Invalid, Unprocessable
from core.models import IdempotencyKey

LOCK_S = 120
KEPT_FOR = timedelta(days=1)
_KEPT_HEADERS = ("Location", "Content-Type", "ETag", "Preference-Applied")
_RETRYABLE = frozenset({401, 403, 408, 409, 429})


class Replay(Exception):
    """The key has its answer already; carries the response to send."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def fingerprint(request: Request) -> str:
    """Return a hash of what is asked: method, address, fields, and the content of the files."""
    fields: list[tuple[str, str]] = []
    data = request.data
    if hasattr(data, "lists"):
        fields = [(name, str(value)) for name, values in data.lists() for value in values]
        fields = [(name, value) for name, value in fields if name not in request.FILES]
        for name, file in request.FILES.items():
            fields.append((name, f"{file.name}:{getattr(file, 'sha256', file.size)}"))
    else:
        fields = [("", json.dumps(data, sort_keys=True, default=str))]
    text = json.dumps([request.method, request.get_full_path(), sorted(fields)])
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Attempt:
    """One call under a key; the transaction in which the call's effects happen is open until `finish`."""

    row: IdempotencyKey
    atomic: transaction.Atomic

    @classmethod
    def begin(cls, request: Request, key: str) -> "Attempt":
        """Take the key, or raise Replay, Conflict (a call with it is under way) or Unprocessable (another body)."""
        if not 1 <= len(key) <= 255 or not key.isprintable():
            raise Invalid.field("Idempotency-Key", "1 to 255 printable characters.")
        wanted = fingerprint(request)
        row = _take(request.user, key, wanted)
        atomic = transaction.atomic()
        atomic.__enter__()
        return cls(row, atomic)

    def finish(self, response: HttpResponse, error: BaseException | None) -> None:
        """Commit the effects with the answer, or undo them; keep the answer where a repeat would get it again."""
        keep = response.status_code < 500 and response.status_code not in _RETRYABLE
        if error is None and keep:
            self._store(response)
            self.atomic.__exit__(None, None, None)
            return
        trace: TracebackType | None = error.__traceback__ if error else None
        failure = error or RuntimeError("not kept")
        self.atomic.__exit__(type(failure), failure, trace)
        if keep:
            self._store(response)
        else:
            IdempotencyKey.objects.filter(pk=self.row.pk).delete()

    def _store(self, response: HttpResponse) -> None:
        if hasattr(response, "render"):
            response.render()
        IdempotencyKey.objects.filter(pk=self.row.pk).update(
            status=response.status_code,
            headers={name: response[name] for name in _KEPT_HEADERS if name in response},
            body=_kept_body(response),
            locked_until=None,
        )


def _kept_body(response: HttpResponse) -> str:
    if response.streaming:
        return ""
    kept = JSONRenderer().render(response.kept) if hasattr(response, "kept") else response.content
    return bytes(kept).decode()


def _take(owner: Any, key: str, wanted: str) -> IdempotencyKey:
    until = timezone.now() + timedelta(seconds=LOCK_S)
    with transaction.atomic():
        row, made = IdempotencyKey.objects.select_for_update().get_or_create(
            owner=owner, key=key, defaults={"fingerprint": wanted, "locked_until": until}
        )
        if made:
            return row
        if row.fingerprint != wanted:
            raise Unprocessable("This key was used with another request.", code="idempotency_key_reused")
        if row.status is not None:
            raise Replay(_stored(row))
        if row.locked_until and row.locked_until > timezone.now():
            raise Conflict("A call with this key is under way.", code="idempotency_in_progress")
        row.locked_until = until
        row.save(update_fields=["locked_until"])
        return row


def _stored(row: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(row.body.encode(), status=row.status)
    for name, value in row.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response


def forget_old_keys() -> None:
    """Drop keys that nobody will repeat any more."""
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
