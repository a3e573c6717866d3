"""Reads of batches."""

from typing import TYPE_CHECKING

from django.db.models import Sum

from files.batch.models import Batch, BatchItem

if TYPE_CHECKING:
    from accounts.models import User


def held_bytes(owner: "User") -> int:
    """Return how many bytes jobs hold for the account that are no file of it: archives, and members not yet kept."""
    archives = Batch.objects.filter(owner=owner, uploaded=True).aggregate(sum=Sum("size"))["sum"] or 0
    members = BatchItem.objects.filter(batch__owner=owner, object__isnull=False).aggregate(sum=Sum("size"))
    return archives + (members["sum"] or 0)
