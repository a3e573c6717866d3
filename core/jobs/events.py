"""News of jobs."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from core.events import Event, event, group_of
from core.models import Job


@event
@dataclass(frozen=True, slots=True)
class JobChanged(Event):
    """A job changed its status or got further."""

    kind: ClassVar[str] = "job.changed"
    id: UUID
    owner_id: UUID
    job_kind: str
    status: str
    attempt: int
    progress: dict[str, Any]

    @classmethod
    def of(cls, job: Job) -> "JobChanged":
        """Return the event for the row as it is now."""
        return cls(job.pk, job.owner_id, job.kind, job.status, job.attempt, job.progress)

    def groups(self) -> list[str]:
        """The job's own followers and its owner's pages."""
        return [group_of("job", self.id), group_of("user", self.owner_id)]


@event
@dataclass(frozen=True, slots=True)
class JobAdded(Event):
    """A job was made: lists of jobs have one more."""

    kind: ClassVar[str] = "jobs.added"
    id: UUID
    owner_id: UUID

    def groups(self) -> list[str]:
        """Its owner's pages."""
        return [group_of("user", self.owner_id)]


@event
@dataclass(frozen=True, slots=True)
class JobLogged(Event):
    """A line was added to a job's log."""

    kind: ClassVar[str] = "job.log"
    id: UUID
    seq: int
    level: str
    line: str

    def groups(self) -> list[str]:
        """Only those who follow this job."""
        return [group_of("job", self.id)]
