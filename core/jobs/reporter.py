"""Keeps a running job alive: extends its lease, writes its progress, hears that it should stop."""

import logging
import os
import threading
import time

from django.conf import settings
from django.db import OperationalError, close_old_connections, connection

from core.jobs.context import DeadlinePassed, JobCancelled, JobContext, LeaseLost
from core.jobs.services import publish_change
from core.jobs.sql import after_seconds
from core.models import Job

log = logging.getLogger(__name__)

TICK_S = 0.25
# A body that does not stop this long after it was asked to is ended with its process.
PATIENCE_S = 10


class Reporter:
    """A thread with a database connection of its own, for as long as the body runs."""

    def __init__(self, ctx: JobContext) -> None:
        self._ctx = ctx
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"reporter-{ctx.id}", daemon=True)
        self._deadline = time.monotonic() + ctx.job.timeout_s

    def __enter__(self) -> "Reporter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join(timeout=PATIENCE_S)

    def _run(self) -> None:
        beat_at = time.monotonic() + settings.JOB_HEARTBEAT_S
        lease_over_at = time.monotonic() + settings.JOB_LEASE_S
        try:
            while not self._done.wait(TICK_S):
                now = time.monotonic()
                if now > self._deadline:
                    self._overdue(now)
                if now < beat_at and not self._ctx.current.dirty:
                    continue
                try:
                    self.report()
                    lease_over_at = now + settings.JOB_LEASE_S
                except OperationalError as error:
                    log.warning("lease not extended: %s", error)
                    close_old_connections()
                    if now > lease_over_at:  # nobody can know any more whose job this is
                        self._ctx.stop(LeaseLost)
                beat_at = now + settings.JOB_HEARTBEAT_S
        finally:
            connection.close()

    def report(self) -> None:
        """Extend the lease and write the progress in one statement; learn whether the job is still ours."""
        report(self._ctx)

    def _overdue(self, now: float) -> None:
        self._ctx.stop(DeadlinePassed)
        if now > self._deadline + PATIENCE_S:
            log.error("job %s does not stop at its deadline: its process ends", self._ctx.id)
            os._exit(70)


def report(ctx: JobContext) -> None:
    """Write lease and progress of `ctx`'s row; ask the body to stop where it was cancelled or given away."""
    news = ctx.current.dirty
    changed = ctx.mine().update(lease_until=after_seconds(settings.JOB_LEASE_S), **ctx.current.columns())
    row = Job.objects.filter(pk=ctx.id).first()
    if not changed or row is None:
        ctx.stop(LeaseLost)
        return
    if row.cancel_requested_at:
        ctx.stop(JobCancelled)
    if news:
        publish_change(row)
