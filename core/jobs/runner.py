"""Runs one job: claim, body, end. This is what a message in a queue leads to."""

import contextlib
import logging
import os
import threading

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from core import context
from core.choices import JobStatus
from core.events import publish
from core.jobs.context import JobContext
from core.jobs.ending import end_badly
from core.jobs.errors import UnknownKind
from core.jobs.events import JobChanged
from core.jobs.kinds import kinds
from core.jobs.reporter import Reporter, report
from core.jobs.sql import after_seconds
from core.jobs.stops import WorkerStopping
from core.models import Job

log = logging.getLogger(__name__)

_running: JobContext | None = None
_stopping = threading.Event()  # the worker shuts down


def run(job_id: str, *, worker: str = "", threaded: bool = True) -> None:
    """Run the job if it still waits; a second message for the same job finds nothing to claim.

    `threaded=False` leaves the reporter's thread away: for callers that work inside one transaction.
    """
    global _running
    if _stopping.is_set():
        return  # it still waits: the clock sends its message again
    job = claim(job_id, worker=worker or os.environ.get("RQ_WORKER_ID", ""))
    if job is None:
        return
    ctx = _running = JobContext(job)
    if _stopping.is_set():  # the signal came during the claim
        ctx.stop(WorkerStopping)
    try:
        with context.use(context.Context(request_id=job.request_id, job_id=job.pk)):
            _attempt(ctx, threaded=threaded)
    finally:
        _running = None


def stop_running() -> None:
    """Ask the job that this process runs to go back to its queue, and take no other: the worker shuts down."""
    _stopping.set()
    if _running is not None:
        _running.stop(WorkerStopping)


def claim(job_id: str, *, worker: str) -> Job | None:
    """Take the job by a conditional update, with a lease and the next fencing number; None where that is too late."""
    taken = Job.objects.filter(pk=job_id, status=JobStatus.QUEUED).update(
        status=JobStatus.RUNNING,
        worker=worker,
        attempt=F("attempt") + 1,
        fence=F("fence") + 1,
        lease_until=after_seconds(settings.JOB_LEASE_S),
        started_at=Coalesce("started_at", Now()),
        available_at=None,
        progress_done=0,
        progress_message="",
        progress_rate=None,
    )
    if not taken:
        return None
    job: Job | None = Job.objects.select_related("owner").filter(pk=job_id, worker=worker).first()
    if job is not None:  # else it was deleted or taken away again
        publish(JobChanged.of(job))
    return job


def _attempt(ctx: JobContext, *, threaded: bool) -> None:
    log.info("job %s begins", ctx.job.kind, extra={"attempt": ctx.job.attempt})
    error: BaseException | None = None
    try:
        if not threaded:
            report(ctx)
        with Reporter(ctx) if threaded else contextlib.nullcontext():
            _work(ctx)
    except (Exception, SystemExit) as caught:  # a library that calls exit() ends its job, not the rules
        error = caught
    if error is None:
        log.info("job %s succeeded", ctx.job.kind, extra={"cpu_seconds": round(ctx.cpu_seconds, 3)})
    else:
        end_badly(ctx, error)


def _work(ctx: JobContext) -> None:
    ctx.check()
    if ctx.job.kind not in kinds:
        raise UnknownKind(f"There is no kind of job “{ctx.job.kind}” any more.")
    result = kinds.get(ctx.job.kind).body(ctx)
    if ctx.job.status == JobStatus.RUNNING:
        with ctx.completing() as done:
            done.result = result
