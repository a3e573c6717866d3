"""Sockets of jobs, and the one socket that each page opens for all news of its account."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.api.serializers import JobOut
from core.jobs.events import JobLogged
from core.models import Job
from core.sockets.topics import route, topic
from core.text import whole_number

# Lines that are sent at once to who asks for those after a number; the API has the others.
LINES = 10_000


def _snapshot(job_id: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The job as it is and, with `?after=<seq>`, the lines of its log after that one."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        return
    yield {**JobOut(job).data, "kind": "job.snapshot", "job_kind": job.kind}
    after = whole_number(query.get("after", ""), low=0, high=2**31 - 1)
    if after is not None:
        for entry in job.log.filter(seq__gt=after)[:LINES]:
            yield JobLogged(job.pk, entry.seq, entry.level, entry.line).message()


def register() -> None:
    """Register the topics and their addresses."""

    @topic("job", snapshot=_snapshot)
    def may_follow_job(user: Any, job_id: str) -> bool:
        found: bool = Job.objects.visible_to(user).filter(pk=job_id).exists()
        return found

    @topic("user")
    def may_follow_account(user: Any, user_id: str) -> bool:
        return str(user.pk) == user_id

    route("job", "api/v1/jobs/<uuid:id>/stream", topic="job")
    route("events", "api/v1/events/stream", topic="user")
