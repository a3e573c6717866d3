"""Runs one job: claim, body, end. This is what a message in a queue leads to."""

import contextlib
import logging
import os
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from core import context
from core.choices import JobStatus
from core.errors import AppError, Unavailable
from core.jobs import services
from core.jobs.context import (
    DeadlinePassed,
    JobCancelled,
    JobContext,
    JobStopped,
    LeaseLost,
    WorkerStopping,
    end,
)
from core.jobs.kinds import kinds
from core.jobs.reporter import Reporter, report
from core.jobs.sql import after_seconds
from core.models import Job

log = logging.getLogger(__name__)

_running: JobContext | None = None


def run(job_id: str, *, worker: str = "", threaded: bool = True) -> None:
    """Run the job if it still waits; a second message for the same job finds nothing to claim.

    `threaded=False` leaves the reporter's thread away: for callers that work inside one transaction.
    """
    global _running
    job = claim(job_id, worker=worker or os.environ.get("RQ_WORKER_ID", ""))
    if job is None:
        return
    ctx = _running = JobContext(job)
    try:
        with context.use(context.Context(request_id=job.request_id, job_id=job.pk)):
            _attempt(ctx, threaded=threaded)
    finally:
        _running = None


def stop_running() -> None:
    """Ask the job that this process runs to go back to its queue: the worker shuts down."""
    if _running is not None:
        _running.stop(WorkerStopping)


def claim(job_id: str, *, worker: str) -> Job | None:
    """Take the job by a conditional update, with a lease and the next fencing number; None where it is not to be had."""
    taken = Job.objects.filter(pk=job_id, status=JobStatus.QUEUED).update(
        status=JobStatus.RUNNING,
        worker=worker,
        attempt=F("attempt") + 1,
        fence=F("fence") + 1,
        lease_until=after_seconds(settings.JOB_LEASE_S),
        started_at=Coalesce("started_at", Now()),
        available_at=None,
    )
    if not taken:
        return None
    job = Job.objects.select_related("owner").get(pk=job_id)
    services.publish_change(job)
    return job


def _attempt(ctx: JobContext, *, threaded: bool) -> None:
    log.info("job %s begins", ctx.job.kind, extra={"attempt": ctx.job.attempt})
    error: BaseException | None = None
    try:
        if not threaded:
            report(ctx)
        with Reporter(ctx) if threaded else contextlib.nullcontext():
            ctx.check()
            result = kinds.get(ctx.job.kind).body(ctx)
            if ctx.job.status == JobStatus.RUNNING:
                with ctx.completing() as done:
                    done.result = result
    except Exception as caught:
        error = caught
    if error is None:
        log.info("job %s succeeded", ctx.job.kind, extra={"cpu_seconds": round(ctx.cpu_seconds, 3)})
    else:
        _end_badly(ctx, error)


def _end_badly(ctx: JobContext, error: BaseException) -> None:
    """Give the job the end, or the next attempt, that `error` asks for; do nothing where it is not ours any more."""
    if isinstance(error, LeaseLost):
        log.warning("job %s was given to another worker; this attempt is dropped", ctx.id)
        return
    try:
        with transaction.atomic():
            row = ctx.mine().select_for_update().first()
            if row is not None:
                row.cpu_seconds += ctx.cpu_seconds
                _decide(row, error)
    except (OperationalError, InterfaceError):
        log.exception("job %s: its end cannot be written; the lease will run out", ctx.id)


def _decide(row: Job, error: BaseException) -> None:
    if isinstance(error, JobCancelled):
        end(row, JobStatus.CANCELLED)
    elif isinstance(error, WorkerStopping):
        row.attempt -= 1  # the attempt was taken from it, it did not fail
        row.save(update_fields=["attempt", "cpu_seconds"])
        services.back_to_queue(row)
    elif (
        isinstance(error, (Unavailable, OperationalError, InterfaceError)) and row.attempt < row.max_attempts
    ):
        wait = timedelta(seconds=min(60, 2**row.attempt))
        log.warning("job %s is tried again in %s: %s", row.pk, wait, error)
        services.back_to_queue(row, available_at=timezone.now() + wait)
    else:
        end(row, JobStatus.FAILED, error_dict(row, error))


def error_dict(row: Job, error: BaseException) -> dict[str, Any]:
    """Return the error in the shape of a problem document; a defect shows its number, not its inside."""
    if isinstance(error, AppError):
        return error.as_dict()
    if isinstance(error, DeadlinePassed):
        detail = f"The job was stopped after {row.timeout_s} seconds, the limit of its kind."
        return AppError(detail, code="job_timeout").as_dict() | {"status": 422, "title": "The time is over"}
    if not isinstance(error, JobStopped):
        log.error("job %s failed by a defect", row.pk, exc_info=error)
    detail = f"Something in the platform went wrong. Give this number to those who run it: {row.pk}."
    return AppError(detail, code="internal_error").as_dict() | {"status": 500, "title": "Internal error"}
