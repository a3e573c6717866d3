"""States of the kernel's objects."""

from django.db.models import TextChoices


class JobStatus(TextChoices):
    """Where a job is in its life."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


OPEN_JOBS = frozenset({JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.PAUSED})
ENDED_JOBS = frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED})


class LogLevel(TextChoices):
    """Weight of a line in a job's log."""

    INFO = "info", "Info"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"
