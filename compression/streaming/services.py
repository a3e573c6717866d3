"""All writes of streams: nothing is stored of their bytes, only what came of them."""

import logging

from django.db import transaction

from compression.choices import Operation
from compression.machine import machine_id
from compression.models import HistoryEntry
from compression.streaming.outcome import ABORTED, Outcome
from core import audit

log = logging.getLogger(__name__)


@transaction.atomic
def stream_note(*, outcome: Outcome) -> HistoryEntry:
    """Append what became of a stream to the ledger, and who did it to the audit log."""
    plan = outcome.plan
    entry = HistoryEntry.objects.create(
        id=outcome.id,
        owner=outcome.owner,
        operation=outcome.operation,
        algorithm=plan.algorithm.name,
        algorithm_version=plan.algorithm.version,
        level=plan.level,
        params=plan.params,
        machine=machine_id(),
        **outcome.columns(),
    )
    sizes = {"bytes_in": outcome.incoming.size, "bytes_out": outcome.outgoing.size}
    detail = {"algorithm": plan.algorithm.name, "operation": outcome.operation.value, **sizes}
    audit.record(_action(entry), actor=outcome.owner, target=entry, detail=detail | _reason(entry))
    return entry


def _action(entry: HistoryEntry) -> str:
    if entry.succeeded:
        return f"stream.{Operation(entry.operation).value}ed"
    return "stream.aborted" if entry.error_code in ABORTED else "stream.failed"


def _reason(entry: HistoryEntry) -> dict[str, str]:
    return {"code": entry.error_code} if entry.error_code else {}
