"""What the owner of a job is told of its end."""

from core.choices import JobStatus
from core.jobs.kinds import kinds
from core.models import Job
from core.notifications import services
from core.notifications.choices import Level

KIND = "job.failed"
LONG_S = 60
"""Of a failure within this time, its owner has seen the page."""


def tell_owner(job: Job) -> None:
    """Tell the owner that a long job has failed; in the transaction in which it ends."""
    if job.status != JobStatus.FAILED or (job.took_s or 0) <= LONG_S:
        return
    detail = str((job.error or {}).get("detail", ""))
    sort = kinds.get(job.kind).title if job.kind in kinds else job.kind
    services.notify(
        owner=job.owner,
        kind=KIND,
        level=Level.WARN,
        title=f"{job.title or sort}: failed",
        body=detail,
        url=job.get_absolute_url(),
        key=f"job:{job.pk}",
    )
