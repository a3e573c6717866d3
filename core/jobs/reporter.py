"""Keeps a running job alive: extends its lease, writes its progress, hears that it should stop."""

import logging
import os
import threading
import time

from django.conf import settings
from django.db import connection

from core.choices import JobStatus
from core.database import OUTAGES
from core.events import publish
from core.jobs.context import JobContext
from core.jobs.ending import end_badly
from core.jobs.events import JobChanged
from core.jobs.sql import after_seconds
from core.jobs.stops import DeadlinePassed, JobCancelled, JobStopped, LeaseLost, WorkerStopping
from core.models import Job

log = logging.getLogger(__name__)

TICK_S = 0.25
RETRY_S = 0.5
# Without a word from the database for so long, nobody can know any more whose job this is. Until then the fence
# keeps what is written right, whoever has the job: a database that restarts costs no work.
OUTAGE_S = 60
# A body that does not stop this long after it was asked to is ended with its process. A worker that stops has little
# time itself, and the job must be back in its queue before that is over.
PATIENCE_S = 5.0
PATIENCE_OF_A_STOPPING_WORKER_S = 1.5


class Reporter:
    """A thread with a database connection of its own, for as long as the body runs."""

    def __init__(self, ctx: JobContext) -> None:
        self._ctx = ctx
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"reporter-{ctx.id}", daemon=True)
        now = time.monotonic()
        self._deadline = now + ctx.job.timeout_s
        self._heard_at = now
        self._beat_at = now + settings.JOB_HEARTBEAT_S
        self._asked_at: float | None = None

    def __enter__(self) -> "Reporter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(timeout=PATIENCE_S)

    def _run(self) -> None:
        try:
            while not self._over.wait(TICK_S) and self._ctx.job.status == JobStatus.RUNNING:
                self._tick(time.monotonic())
        finally:
            connection.close()

    def _tick(self, now: float) -> None:
        if now > self._deadline:
            self._ctx.stop(DeadlinePassed)
        if now >= self._beat_at or self._ctx.current.has_news:
            self._report(now)
        if self._ctx.stop_reason is not None:
            self._insist(now, self._ctx.stop_reason)

    def _report(self, now: float) -> None:
        try:
            if connection.connection is None:
                with connection.cursor() as cursor:  # to wait for a lock must not keep the deadline waiting
                    cursor.execute("SET statement_timeout = '5s'")
            report(self._ctx)
        except OUTAGES as error:
            log.warning("job %s: lease not extended: %s", self._ctx.id, error)
            connection.close()
            self._beat_at = now + RETRY_S
            if now - self._heard_at > OUTAGE_S:
                self._ctx.stop(LeaseLost)
        except (
            Exception
        ):  # the lease of a job that runs is worth more than the figures that cannot be written
            log.exception("job %s: its progress cannot be written", self._ctx.id)
            self._beat_at = now + RETRY_S
        else:
            self._heard_at = now
            self._beat_at = now + settings.JOB_HEARTBEAT_S

    def _insist(self, now: float, reason: type[JobStopped]) -> None:
        """End the process of a body that does not stop, having said on the row how the attempt ended."""
        self._asked_at = self._asked_at or now
        patience = PATIENCE_OF_A_STOPPING_WORKER_S if reason is WorkerStopping else PATIENCE_S
        if now - self._asked_at > patience and not self._over.is_set():
            log.error("job %s does not stop (%s): its process ends", self._ctx.id, reason.__name__)
            end_badly(self._ctx, reason())
            os._exit(70)


def report(ctx: JobContext) -> None:
    """Write lease and progress of `ctx`'s row; ask the body to stop where it was cancelled or given away."""
    news = ctx.current.has_news
    columns = ctx.current.take()
    try:
        changed = ctx.mine().update(lease_until=after_seconds(settings.JOB_LEASE_S), **columns)
        row = Job.objects.defer("params", "result").filter(pk=ctx.id).first()
    except Exception:
        ctx.current.put_back()
        raise
    if not changed or row is None:
        ctx.stop(LeaseLost)
        return
    if row.cancel_requested_at:
        ctx.stop(JobCancelled)
    if news:
        publish(JobChanged.of(row))
