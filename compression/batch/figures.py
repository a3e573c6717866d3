"""The figures of a batch as its page shows them."""

from typing import Any

from django.db.models import Count, Q, Sum

from compression.batch import selectors
from compression.batch.archive import method_labels
from compression.batch.choices import ItemStatus
from compression.batch.models import Batch
from compression.models import Algorithm
from core.formatting import count, ratio, size


def of(batch: Batch) -> dict[str, Any]:
    """Return what the page of a batch needs besides the row."""
    found = selectors.figures([batch])[batch.pk]
    counts = found.counts
    again = counts[ItemStatus.FAILED] + counts[ItemStatus.CANCELLED]
    is_open = batch.job is not None and batch.job.is_open
    if not is_open:
        again += counts[ItemStatus.PENDING] + counts[ItemStatus.RUNNING]
    return {
        "figures": found,
        "is_open": is_open,
        "again": again,
        "retry_words": f"Retry {count(again)} item{'s' if again != 1 else ''}",
        "total_words": count(batch.count),
        "batch_id": str(batch.pk),
        "compressed_to": found.sizes["original"] / found.sizes["compressed"]
        if found.sizes["compressed"]
        else None,
        "bars": _bars(batch),
    }


def _bars(batch: Batch) -> list[dict[str, Any]]:
    """A bar for the originals of what succeeded with every method, and one for what each method made of its own."""
    done = Q(status=ItemStatus.SUCCEEDED, result__isnull=False)
    sums = {
        row["method"]: row
        for row in batch.items.filter(done)
        .values("method")
        .annotate(
            original=Sum("result__original_size"), compressed=Sum("result__compressed_size"), n=Count("pk")
        )
        .order_by()
    }
    if not sums:
        return []
    names = {method["algorithm"] for method in batch.methods}
    colours = dict(Algorithm.objects.filter(name__in=names).values_list("name", "colour"))
    largest = max(row["original"] for row in sums.values())
    bars: list[dict[str, Any]] = [
        {"label": "Original", "value": largest, "text": size(largest), "group": "c6"}
    ]
    labels = method_labels(batch)
    for method, row in sorted(sums.items()):
        original, compressed = row["original"], row["compressed"]
        note = f"{ratio(original / compressed)} × smaller" if original and compressed else ""
        bars.append(
            {
                "label": labels[method],
                "value": row["compressed"],
                "text": size(row["compressed"]),
                "group": colours.get(batch.methods[method]["algorithm"], ""),
                "note": note,
                "highlighted": True,
            }
        )
    return bars
