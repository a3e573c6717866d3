"""Sockets of jobs, and the one socket that each page opens for all news of its account."""

from typing import Any

from core.api.serializers import JobOut
from core.models import Job
from core.sockets.topics import route, topic


def _snapshot(job_id: str) -> dict[str, Any] | None:
    job = Job.objects.filter(pk=job_id).first()
    return {"kind": "job.snapshot", **JobOut(job).data} if job else None


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
