"""What the body of a job sees: its parameters, progress, log, the wish to stop, and the one way to complete."""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core.choices import JobStatus, LogLevel
from core.events import publish
from core.jobs.events import JobLogged
from core.jobs.services import publish_change
from core.models import Job, JobLog


class JobStopped(Exception):
    """The body must end now; what it has half done is thrown away."""


class JobCancelled(JobStopped):
    """Somebody cancelled the job."""


class LeaseLost(JobStopped):
    """The row was given to another worker, or ended, while this one worked: nothing may be written any more."""


class WorkerStopping(JobStopped):
    """The worker shuts down; the job goes back to the queue."""


class DeadlinePassed(JobStopped):
    """The job took longer than its kind may."""


@dataclass
class Completion:
    """What `JobContext.completing` yields; set `result` to what the call would have answered."""

    result: dict[str, Any] | None = None


@dataclass
class Progress:
    """How far the job is; written by the body, read by the reporter, so guarded by a lock."""

    done: int = 0
    total: int | None = None
    unit: str = ""
    message: str = ""
    dirty: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def columns(self) -> dict[str, Any]:
        """Return the progress columns and forget that there was something new."""
        with self.lock:
            self.dirty = False
            return {
                "progress_done": self.done if self.total is None else min(self.done, self.total),
                "progress_total": self.total,
                "progress_unit": self.unit,
                "progress_message": self.message[:200],
            }


class JobContext:
    """One attempt at one job, under the fencing number that the claim gave it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.params: dict[str, Any] = job.params
        self.owner = job.owner
        self.current = Progress(
            job.progress_done, job.progress_total, job.progress_unit, job.progress_message
        )
        self._stop: type[JobStopped] | None = None
        self._cpu_seconds = -_own_cpu_seconds()

    @property
    def id(self) -> UUID:
        """The job's id."""
        return self.job.pk

    def mine(self) -> Any:
        """Return the queryset of the row as long as this attempt owns it."""
        return Job.objects.filter(pk=self.job.pk, fence=self.job.fence, status=JobStatus.RUNNING)

    def progress(
        self, done: int, total: int | None = None, *, unit: str | None = None, message: str | None = None
    ) -> None:
        """Note how far the job is; cheap enough for every chunk, the reporter writes it down now and then."""
        current = self.current
        with current.lock:
            current.done = done
            current.total = total if total is not None else current.total
            current.unit = unit if unit is not None else current.unit
            current.message = message if message is not None else current.message
            current.dirty = True

    def stop(self, reason: type[JobStopped]) -> None:
        """Ask the body to stop; the first reason counts."""
        self._stop = self._stop or reason

    def stopping(self) -> bool:
        """Say whether the body should stop; for code that polls."""
        return self._stop is not None

    def check(self) -> None:
        """Raise JobCancelled, LeaseLost, WorkerStopping or DeadlinePassed if the body should stop."""
        if self._stop is not None:
            raise self._stop()

    def log(self, line: str, *, level: LogLevel = LogLevel.INFO) -> None:
        """Add a line to the job's log; lines have no gap and survive a new attempt."""
        with transaction.atomic():
            if not self.mine().select_for_update().exists():
                raise LeaseLost
            last = JobLog.objects.filter(job_id=self.id).aggregate(last=Max("seq"))["last"] or 0
            entry = JobLog.objects.create(job_id=self.id, seq=last + 1, level=level, line=line[:10_000])
            publish(JobLogged(self.id, entry.seq, entry.level, entry.line))

    @contextmanager
    def completing(self) -> Iterator[Completion]:
        """One short transaction under the fence: what the body stores in it and the end of the job are one."""
        with transaction.atomic():
            row = self.mine().select_for_update().first()
            if row is None:
                raise LeaseLost
            completion = Completion()
            yield completion
            row.result = completion.result or {}
            row.cpu_seconds += self.cpu_seconds
            for column, value in self.current.columns().items():
                setattr(row, column, value)
            if row.progress_total is not None:
                row.progress_done = row.progress_total
            end(row, JobStatus.SUCCEEDED)
            self.job = row

    def add_cpu_seconds(self, seconds: float) -> None:
        """Charge CPU time that processes of others (the codec host) spent for the job."""
        self._cpu_seconds += seconds

    @property
    def cpu_seconds(self) -> float:
        """CPU time of this attempt so far."""
        return self._cpu_seconds + _own_cpu_seconds()


def _own_cpu_seconds() -> float:
    """CPU time of this process and of its ended children."""
    uses = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def end(row: Job, status: JobStatus, error: dict[str, Any] | None = None) -> None:
    """End a row that the caller holds locked under its fence."""
    row.status, row.error, row.ended_at, row.lease_until = status, error, timezone.now(), None
    row.save()
    publish_change(row)
