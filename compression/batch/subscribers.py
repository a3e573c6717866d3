"""What batches learn from events."""

from compression.batch import services
from core.choices import ENDED_JOBS
from core.events import subscribe
from core.jobs.events import JobChanged


@subscribe(JobChanged)
def settle(event: JobChanged) -> None:
    """Have the items say what became of them when their job ends, wherever it ends."""
    if event.job_kind == services.KIND and event.status in ENDED_JOBS:
        services.batch_settle(job_id=event.id, status=event.status)
