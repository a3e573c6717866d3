"""Reads of batches."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from rest_framework.utils.encoders import JSONEncoder

from compression.api.batch_serializers import BatchItemOut, BatchOut
from compression.batch.choices import AGAIN, UNFINISHED, ItemStatus
from compression.batch.models import Batch, BatchItem
from core.choices import JobStatus
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User

SHOWN_ITEMS = 1000
"""So many items are in the answer of a batch; of a larger one the list of items has the others."""


def unfinished(batch: Batch) -> int:
    """Return how many items still wait or run."""
    return batch.items.filter(status__in=UNFINISHED).count()


def again(batch: Batch) -> int:
    """Return how many items a retry would take up."""
    return batch.items.filter(status__in=AGAIN | UNFINISHED).count()


def spent(job: Job) -> str:
    """Return why a retry of a batch's ended job would do nothing, or nothing where it has something to do."""
    batch = Batch.objects.filter(pk=job.params["batch"]).select_related("job").first()
    if batch is None or batch.job is None or batch.job.status != JobStatus.SUCCEEDED or again(batch):
        return ""
    return "Nothing failed: there is nothing to do again."


def items(batch: Batch, *, status: str = "", algorithm: str = "", search: str = "") -> QuerySet[BatchItem]:
    """Return the items in order, with what a row of a list shows, in one query."""
    found: QuerySet[BatchItem] = batch.items.select_related("result__output")
    if status:
        found = found.filter(status=status)
    if algorithm:
        found = found.filter(algorithm=algorithm)
    for word in search.split():
        found = found.filter(Q(file_name__icontains=word) | Q(folder__icontains=word))
    return found.order_by("position")


@dataclass(frozen=True)
class Figures:
    """How a batch stands: items in each state, and the bytes of what succeeded."""

    counts: dict[str, int]
    sizes: dict[str, int]

    @property
    def ended(self) -> int:
        """Items that came to an end, well or not."""
        return sum(number for status, number in self.counts.items() if status not in UNFINISHED)


def figures(batches: Iterable[Batch]) -> dict[UUID, Figures]:
    """Return the figures of each of the batches, with one query for all."""
    found = {
        batch.pk: Figures(dict.fromkeys(ItemStatus.values, 0), {"original": 0, "compressed": 0})
        for batch in batches
    }
    rows = BatchItem.objects.filter(batch__in=list(found)).values("batch_id", "status").order_by()
    sums = {"original": Sum("result__original_size"), "compressed": Sum("result__compressed_size")}
    for row in rows.annotate(number=Count("pk"), **sums):
        of_batch = found[row["batch_id"]]
        of_batch.counts[row["status"]] = row["number"]
        for name in sums:
            of_batch.sizes[name] += row[name] or 0
    return found


def batch_result(batch: Batch) -> dict[str, Any]:
    """Return what the job of a batch answers, as plain JSON."""
    shown = BatchOut(batch, context={"figures": figures([batch])}).data
    listed = BatchItemOut(items(batch)[:SHOWN_ITEMS], many=True).data
    body: dict[str, Any] = json.loads(json.dumps({**shown, "items": listed}, cls=JSONEncoder))
    return body


def latest(user: "User") -> QuerySet[Batch]:
    """Return the batches that `user` may see, with what a row of a list shows."""
    found: QuerySet[Batch] = Batch.objects.visible_to(user).select_related("job", "archive", "owner")
    return found
