"""What the body of a job sees: its parameters, progress, log, the wish to stop, and the one way to complete."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from core.access.doors import OwnedQuerySet
from core.choices import JobStatus, LogLevel
from core.database import await_database
from core.events import publish
from core.jobs.ending import end
from core.jobs.events import JobLogged
from core.jobs.progress import Progress
from core.jobs.stops import DeadlinePassed, JobCancelled, JobStopped, LeaseLost, WorkerStopping
from core.models import Job, JobLog
from core.text import storable

__all__ = [
    "Completion",
    "DeadlinePassed",
    "JobCancelled",
    "JobContext",
    "JobStopped",
    "LeaseLost",
    "WorkerStopping",
]

LINE_CHARS = 10_000
# A result that took an hour to make is worth waiting for a database that restarts.
DATABASE_PATIENCE_S = 30


@dataclass
class Completion:
    """What `JobContext.completing` yields; set `result` to what the call would have answered."""

    result: dict[str, Any] | None = None


class JobContext:
    """One attempt at one job, under the fencing number that the claim gave it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.params: dict[str, Any] = job.params
        self.owner = job.owner
        self.current = Progress(job)
        self.stop_reason: type[JobStopped] | None = None
        self._cpu_seconds = -_own_cpu_seconds()

    @property
    def id(self) -> UUID:
        """The job's id."""
        return self.job.pk

    def mine(self) -> OwnedQuerySet[Job]:
        """Return the queryset of the row as long as this attempt owns it."""
        found: OwnedQuerySet[Job] = Job.objects.filter(
            pk=self.job.pk, fence=self.job.fence, status=JobStatus.RUNNING
        )
        return found

    def progress(
        self,
        done: float,
        total: float | None = None,
        *,
        unit: str | None = None,
        message: str | None = None,
    ) -> None:
        """Note how far the job is; cheap enough for every chunk, the reporter writes it down now and then."""
        self.current.say(done, total, unit, message)

    def stop(self, reason: type[JobStopped]) -> None:
        """Ask the body to stop; the first reason counts."""
        self.stop_reason = self.stop_reason or reason

    def stopping(self) -> bool:
        """Say whether the body should stop; for code that polls."""
        return self.stop_reason is not None

    def check(self) -> None:
        """Raise JobCancelled, LeaseLost, WorkerStopping or DeadlinePassed if the body should stop."""
        if self.stop_reason is not None:
            raise self.stop_reason

    def log(self, line: str, *, level: LogLevel = LogLevel.INFO) -> None:
        """Add a line to the job's log; lines have no gap and survive a new attempt.

        Within a transaction the job's row is locked until its end, and nobody sees the line before it.
        """
        await_database(DATABASE_PATIENCE_S)
        with transaction.atomic():
            if self.mine().select_for_update().values_list("pk").first() is None:
                raise LeaseLost
            last = JobLog.objects.filter(job_id=self.id).aggregate(last=Max("seq"))["last"] or 0
            text = storable(line)[:LINE_CHARS]
            entry = JobLog.objects.create(job_id=self.id, seq=last + 1, level=level, line=text)
            publish(JobLogged(self.id, entry.seq, entry.level, entry.line))

    @contextmanager
    def storing(self) -> Iterator[None]:
        """One short transaction under the fence, for a part of the work that need not be done again.

        LeaseLost where the job was given to another worker, which then does that part itself.
        """
        await_database(DATABASE_PATIENCE_S)
        with transaction.atomic():
            if self.mine().select_for_update().values_list("pk").first() is None:
                raise LeaseLost
            yield

    @contextmanager
    def completing(self) -> Iterator[Completion]:
        """One short transaction under the fence: what the body stores in it and the end of the job are one."""
        await_database(DATABASE_PATIENCE_S)
        with transaction.atomic():
            row = self.mine().select_for_update().first()
            if row is None:
                raise LeaseLost
            completion = Completion()
            yield completion
            row.result = completion.result or {}
            row.cpu_seconds += self.cpu_seconds
            self.current.finish()
            for column, value in self.current.take().items():
                setattr(row, column, value)
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
