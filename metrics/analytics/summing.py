"""Filling the sums: hour after hour, each when nothing can be added to it any more."""

import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from compression.history import measures
from compression.history.measures import MEASURES, Key, Sums
from metrics.models import HourSums, SummedUntil
from metrics.prometheus.growing import safe_horizon

HOUR = timedelta(hours=1)
# So many hours at most are summed up in one transaction.
PORTION = timedelta(hours=24)
BY = ("hour", "owner", "operation", "algorithm", "kind")


def hour_of(t: datetime) -> datetime:
    """Return the beginning of its hour."""
    return t.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def catch_up(*, budget_s: float = 3600) -> None:
    """Sum up the hours that are complete, as far as time allows.

    An hour is complete when it ended an hour ago, and an hour before the oldest transaction that is open began: what
    becomes visible then is of later.
    """
    until = time.monotonic() + budget_s
    complete = hour_of(safe_horizon() - HOUR)
    while _sum_up_next(complete) and time.monotonic() < until:
        pass


def _sum_up_next(complete: datetime) -> bool:
    """Sum up the next hours before `complete` that have outcomes; say whether there may be more."""
    with transaction.atomic():
        reached = SummedUntil.objects.select_for_update().filter(pk=1).first()
        if reached and reached.hour >= complete:
            return False
        end, first = complete, measures.first(reached.hour if reached else None)
        if first is not None and (start := hour_of(first)) < complete:
            end = min(start + PORTION, complete)
            sum_up(start, end)
        SummedUntil.objects.update_or_create(pk=1, defaults={"hour": end})
    return end < complete


def sum_up(start: datetime, end: datetime) -> None:
    """Make the sums of whole hours anew."""
    rows = measures.within(measures.outcomes(), [(start, end)])
    with transaction.atomic():
        HourSums.objects.filter(hour__gte=start, hour__lt=end).delete()
        HourSums.objects.bulk_create(
            _made(measures.sums(rows, BY), measures.histograms(rows, BY)), batch_size=500
        )


def _made(
    sums: Iterable[tuple[Key, Sums]], histograms: Iterable[tuple[Key, str, int, int]]
) -> list[HourSums]:
    lists: dict[tuple[Key, str], list[tuple[int, int]]] = defaultdict(list)
    for key, measure, interval, n in histograms:
        lists[key, measure].append((interval, n))
    return [_row(key, one, lists) for key, one in sums]


def _row(key: Key, one: Sums, lists: dict[tuple[Key, str], list[tuple[int, int]]]) -> HourSums:
    hour, owner, operation, algorithm, kind = key
    intervals: dict[str, Any] = {}
    for measure in MEASURES:
        found = sorted(lists.get((key, measure), []))
        intervals[f"{measure}_intervals"] = [interval for interval, _ in found]
        intervals[f"{measure}_counts"] = [n for _, n in found]
    return HourSums(
        hour=hour,
        owner_id=owner,
        operation=operation,
        algorithm=algorithm,
        kind=kind,
        count=one.count,
        failures=one.failures,
        bytes_in=one.bytes_in,
        bytes_out=one.bytes_out,
        micros=one.micros,
        **intervals,
    )
