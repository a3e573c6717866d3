"""Reads of jobs."""

from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html

from core.access.roles import Role
from core.jobs.errors import next_step
from core.jobs.kinds import kinds
from core.models import Job, JobLog
from core.templatetags.ui import when

SHOWN = 5
# Of a longer log the page shows the end; the API has all of it.
LINES = 2000


@dataclass(frozen=True)
class JobShown:
    """A job as a page shows it to an account."""

    job: Job
    viewer: Any

    @property
    def owner(self) -> str:
        """Whose it is, where it is somebody else's."""
        return "" if self.job.owner_id == self.viewer.pk else str(self.job.owner)

    @property
    def may_change(self) -> bool:
        """Whether the account may cancel and retry."""
        return Role(self.viewer.role).includes(Role.USER)

    @property
    def may_retry(self) -> bool:
        """Whether the account may do it again, and there is something to do."""
        known = self.job.kind in kinds and not self.job.is_open
        return self.may_change and known and not kinds.get(self.job.kind).spent(self.job)

    @property
    def kind(self) -> str:
        """Its kind, in words."""
        return kinds.get(self.job.kind).title if self.job.kind in kinds else self.job.kind

    @property
    def result_url(self) -> str:
        """The page of what it made."""
        return kinds.get(self.job.kind).result_url(self.job.result) if self.job.kind in kinds else ""

    @property
    def next_step(self) -> str:
        """What helps where it failed."""
        return next_step((self.job.error or {}).get("code", ""))

    @property
    def facts(self) -> list[tuple[str, Any]]:
        """Names and values for its page."""
        job = self.job
        found: list[tuple[str, Any]] = [("Kind", self.kind), ("Asked for", when(job.created_at))]
        found += [
            (name, when(time)) for name, time in (("Began", job.started_at), ("Ended", job.ended_at)) if time
        ]
        if job.attempt:
            found.append(("Attempt", f"{job.attempt} of {job.max_attempts}"))
        if self.viewer.is_staff:
            found += [
                ("Owner", job.owner),
                ("Worker", job.worker or "–"),
                ("Request", _as_code(job.request_id)),
            ]
        return [*found, ("Number", _as_code(job.pk))]


def start_card(user: Any) -> dict[str, Any]:
    """Return the account's latest jobs, the open ones first."""
    own = Job.objects.filter(owner=user).order_by("-created_at")
    latest = list(own.filter(ended_at=None)[:SHOWN])
    if len(latest) < SHOWN:
        latest += own.filter(ended_at__isnull=False)[: SHOWN - len(latest)]
    return {"jobs": [JobShown(job, user) for job in latest]}


def last_lines(job: Job) -> tuple[list[str], int]:
    """Return the end of the job's log, and the number of its first line."""
    lines = list(JobLog.objects.filter(job=job).order_by("-seq")[:LINES])[::-1]
    return [entry.line for entry in lines], lines[0].seq if lines else 1


def _as_code(number: object) -> str:
    """Return an identifier set as one, so that its figures can be told apart."""
    return format_html("<code>{}</code>", number) if number else "–"
