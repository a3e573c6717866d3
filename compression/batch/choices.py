"""Closed lists of batches."""

from django.db.models import TextChoices


class ItemStatus(TextChoices):
    """Where one file with one algorithm is."""

    PENDING = "pending", "Waiting"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = frozenset({ItemStatus.PENDING, ItemStatus.RUNNING})
AGAIN = frozenset({ItemStatus.FAILED, ItemStatus.CANCELLED})
"""What a retry takes up again, beside what was never finished."""
