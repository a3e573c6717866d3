"""How an attempt ends: with the job, or with the job back in its queue."""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from core.choices import JobStatus
from core.database import OUTAGES, await_database, is_full
from core.errors import DISK_FULL, AppError, StorageFull, Unavailable
from core.events import publish
from core.jobs import services
from core.jobs.errors import JobDefect, JobTimeout
from core.jobs.events import JobChanged
from core.jobs.stops import DeadlinePassed, JobCancelled, LeaseLost, WorkerStopping
from core.jobs.telling import tell_owner
from core.models import Job
from core.text import storable

if TYPE_CHECKING:
    from core.jobs.context import JobContext

log = logging.getLogger(__name__)

DATABASE_PATIENCE_S = 30
LONGEST_WAIT_S = 60


def end(row: Job, status: JobStatus, error: dict[str, Any] | None = None) -> None:
    """End a row that the caller holds locked under its fence."""
    row.status, row.error, row.ended_at, row.lease_until = status, error, timezone.now(), None
    row.save()
    tell_owner(row)
    publish(JobChanged.of(row))


def end_badly(ctx: "JobContext", error: BaseException) -> None:
    """Give the job the end, or the next attempt, that `error` asks for; do nothing where it is not ours any more."""
    if isinstance(error, LeaseLost):
        log.warning("job %s was given to another worker; this attempt is dropped", ctx.id)
        return
    try:
        await_database(DATABASE_PATIENCE_S)
        with transaction.atomic():
            row = ctx.mine().select_for_update().first()
            if row is not None:
                row.cpu_seconds += ctx.cpu_seconds
                _decide(row, error)
                return
    except OUTAGES:
        log.exception("job %s: its end cannot be written; the lease will run out", ctx.id)
    else:
        log.warning("job %s had ended before this error", ctx.id, exc_info=error)


def _decide(row: Job, error: BaseException) -> None:
    if isinstance(error, JobCancelled) or (isinstance(error, WorkerStopping) and row.cancel_requested_at):
        end(row, JobStatus.CANCELLED)
    elif isinstance(error, WorkerStopping):
        row.attempt -= 1  # the attempt was taken from it, it did not fail
        row.save(update_fields=["attempt", "cpu_seconds"])
        services.back_to_queue(row)
    elif is_full(error):
        end(row, JobStatus.FAILED, StorageFull(DISK_FULL).as_dict())
    elif isinstance(error, (Unavailable, *OUTAGES)) and row.attempt < row.max_attempts:
        wait = timedelta(seconds=min(LONGEST_WAIT_S, 2**row.attempt))
        log.warning("job %s is tried again in %s: %s", row.pk, wait, error)
        row.save(update_fields=["cpu_seconds"])
        services.back_to_queue(row, available_at=timezone.now() + wait)
    else:
        end(row, JobStatus.FAILED, error_dict(row, error))


def error_dict(row: Job, error: BaseException) -> dict[str, Any]:
    """Return the error in the shape of a problem document; a defect shows its number, not its inside."""
    if isinstance(error, AppError):
        found: dict[str, Any] = storable(error.as_dict())
        return found
    if isinstance(error, DeadlinePassed):
        return JobTimeout(
            f"The job was stopped after {row.timeout_s} seconds, the limit of its kind."
        ).as_dict()
    log.error("job %s failed by a defect", row.pk, exc_info=error)
    return JobDefect(
        f"Something in the platform went wrong. Give this number to those who run it: {row.pk}."
    ).as_dict()
