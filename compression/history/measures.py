"""What the ledger says in numbers: counts, bytes, times and speeds of any outcomes, by any of their properties.

Sums are whole numbers (bytes, microseconds), so that sums of sums are the same in whichever order they are made. A
speed is in MB (10^6 bytes) of original data a second; seconds are those of the codec. Failures are counted, and have
no part in anything else.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Aggregate,
    BigIntegerField,
    Case,
    Count,
    F,
    FloatField,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Floor, Ln, Round, TruncDay, TruncHour, TruncMonth, TruncWeek

from compression.choices import Operation
from compression.models import HistoryEntry

MEASURES = ("compress_mb_s", "decompress_mb_s", "seconds")
# What is in one interval of a histogram differs from its middle by less than 1 %.
GAMMA = 1.02

Period = tuple[datetime, datetime]
Key = tuple[Any, ...]

BY: Mapping[str, Any] = {
    "algorithm": F("algorithm"),
    "kind": F("content_kind"),
    "operation": F("operation"),
    "owner": F("owner_id"),
    "hour": TruncHour("created_at", tzinfo=UTC),
    "day": TruncDay("created_at", tzinfo=UTC),
    "week": TruncWeek("created_at", tzinfo=UTC),
    "month": TruncMonth("created_at", tzinfo=UTC),
}
"""What outcomes can be grouped by."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Of some outcomes. Bytes and microseconds are of those that succeeded."""

    count: int = 0
    failures: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    micros: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.count + other.count,
            self.failures + other.failures,
            self.bytes_in + other.bytes_in,
            self.bytes_out + other.bytes_out,
            self.micros + other.micros,
        )

    @property
    def ratio(self) -> float | None:
        """Original bytes per compressed byte; None for nothing."""
        return self.bytes_in / self.bytes_out if self.bytes_out else None


def outcomes(user: Any = None, **filters: str) -> QuerySet[HistoryEntry]:
    """Return the outcomes that an account may see, or all of them; `filters` are exact: algorithm, kind, operation."""
    rows = HistoryEntry.objects.all() if user is None else HistoryEntry.objects.visible_to(user)
    names = {"kind": "content_kind"}
    return rows.order_by().filter(**{names.get(name, name): value for name, value in filters.items()})


def within(rows: QuerySet[HistoryEntry], periods: Sequence[Period]) -> QuerySet[HistoryEntry]:
    """Return the outcomes of some periods: from a moment on, and before another."""
    if not periods:
        return rows.none()
    return rows.filter(
        reduce(or_, (Q(created_at__gte=since, created_at__lt=until) for since, until in periods))
    )


def first(since: datetime | None = None) -> datetime | None:
    """Return when the first outcome from a moment on was, None where there is none."""
    rows = HistoryEntry.objects.order_by("created_at").values_list("created_at", flat=True)
    return (rows if since is None else rows.filter(created_at__gte=since)).first()


def sums(
    rows: QuerySet[HistoryEntry], by: Sequence[str], enough: int | None = None
) -> Iterator[tuple[Key, Sums]]:
    """Yield the sums for each combination of `by`, of no more than `enough` of them."""
    worked = Q(succeeded=True)
    grouped = _grouped(rows, by).annotate(
        n=Count("pk"),
        failed=Count("pk", filter=~worked),
        original=Sum("original_size", filter=worked),
        compressed=Sum("compressed_size", filter=worked),
        time=Sum(Cast(Round(_seconds() * 1_000_000), BigIntegerField()), filter=worked),
    )
    for row in grouped[:enough]:
        totals = (int(row[name] or 0) for name in ("n", "failed", "original", "compressed", "time"))
        yield _key(row, by), Sums(*totals)


def histograms(rows: QuerySet[HistoryEntry], by: Sequence[str]) -> Iterator[tuple[Key, str, int, int]]:
    """Yield for each combination of `by` and each measure how many values are in which interval.

    Interval b is from GAMMA ** b on.
    """
    for measure in MEASURES:
        for row in histogram(rows, by, measure):
            yield _key(row, by), measure, row["by_interval"], row["n"]


def histogram(rows: QuerySet[HistoryEntry], by: Sequence[str], measure: str) -> Any:
    """Return a queryset of the combinations of `by`, the interval and the number of values in it, in this order."""
    interval = Cast(Floor(Ln(_values()[measure]) / Value(math.log(GAMMA))), IntegerField())
    return _grouped(_with(rows, measure), by, interval=interval).annotate(n=Count("pk"))


def percentiles(
    rows: QuerySet[HistoryEntry], by: Sequence[str], shares: Sequence[float]
) -> Iterator[tuple[Key, dict[str, list[float] | None]]]:
    """Yield for each combination of `by` the exact percentiles of each measure, None where there are no values."""
    worked = Q(succeeded=True)
    grouped = _grouped(rows, by).annotate(
        **{
            f"of_{name}": _Percentiles(value, shares=shares, filter=worked)
            for name, value in _values().items()
        }
    )
    for row in grouped:
        yield _key(row, by), {name: row[f"of_{name}"] for name in MEASURES}


class _Percentiles(Aggregate):
    function = "percentile_cont"
    template = "%(function)s(ARRAY[%(listed)s]) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, value: Any, *, shares: Sequence[float], **more: Any) -> None:
        listed = ", ".join(f"{float(share)!r}" for share in shares)
        super().__init__(value, listed=listed, output_field=ArrayField(FloatField()), **more)


def _seconds() -> Any:
    return Case(
        When(operation=Operation.COMPRESS, then=F("compress_seconds")), default=F("decompress_seconds")
    )


def _values() -> dict[str, Any]:
    """The measures of one outcome; NULL for what was not measured."""
    return {
        "compress_mb_s": _speed("compress_seconds"),
        "decompress_mb_s": _speed("decompress_seconds"),
        "seconds": Case(
            When(Q(_positive("compress_seconds"), operation=Operation.COMPRESS), then=F("compress_seconds")),
            When(
                Q(_positive("decompress_seconds"), operation=Operation.DECOMPRESS),
                then=F("decompress_seconds"),
            ),
        ),
    }


def _speed(field: str) -> Any:
    there = Q(**{f"{field}__gt": 0, "original_size__gt": 0})
    size = Cast(F("original_size"), FloatField())
    return Case(When(there, then=size / 1_000_000.0 / F(field)), output_field=FloatField())


def _positive(field: str) -> Q:
    return Q(**{f"{field}__gt": 0})


def _with(rows: QuerySet[HistoryEntry], measure: str) -> QuerySet[HistoryEntry]:
    return rows.filter(succeeded=True).alias(measured=_values()[measure]).filter(measured__isnull=False)


def _grouped(rows: QuerySet[HistoryEntry], by: Sequence[str], **more: Any) -> Any:
    names = {f"by_{name}": BY[name] for name in by} | {f"by_{name}": value for name, value in more.items()}
    # Without any there is one group, which grouping by a constant makes.
    return rows.order_by().values(**(names or {"by_nothing": Value(1)}))


def _key(row: Mapping[str, Any], by: Sequence[str]) -> Key:
    return tuple(row[f"by_{name}"] for name in by)
