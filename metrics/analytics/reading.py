"""Reading: what came of outcomes in any window of time, exactly, whatever is summed up by now."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum, Value
from django.db.models.functions import TruncDay, TruncMonth, TruncWeek

from compression.history import measures
from compression.history.measures import MEASURES, Key, Period, Sums
from metrics.analytics.models import HourSums, SummedUntil
from metrics.analytics.percentiles import Sql, percentiles
from metrics.analytics.summing import HOUR, hour_of

SHARES = {"p50": 0.5, "p95": 0.95}
# Percentiles of more outcomes are read from histograms.
MOST_EXACT = 100_000

BY: Mapping[str, Any] = {
    "algorithm": F("algorithm"),
    "kind": F("kind"),
    "operation": F("operation"),
    "owner": F("owner_id"),
    "hour": F("hour"),
    "day": TruncDay("hour", tzinfo=UTC),
    "week": TruncWeek("hour", tzinfo=UTC),
    "month": TruncMonth("hour", tzinfo=UTC),
}
COLUMNS = {
    "algorithm": "algorithm",
    "kind": "kind",
    "operation": "operation",
    "owner": "owner_id",
    "hour": "hour",
    "day": "date_trunc('day', hour, 'UTC')",
    "week": "date_trunc('week', hour, 'UTC')",
    "month": "date_trunc('month', hour, 'UTC')",
}
TYPES = dict.fromkeys(("algorithm", "kind", "operation"), "text") | {
    "owner": "uuid",
    **dict.fromkeys(("hour", "day", "week", "month"), "timestamptz"),
}


@dataclass(frozen=True)
class Asked:
    """Which outcomes: those that an account may see, from a moment on and before another; `filters` are exact."""

    user: Any
    start: datetime
    end: datetime
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """What came of some outcomes. `percentiles` has p50 and p95 of each measure, None where nothing was measured."""

    sums: Sums
    percentiles: Mapping[str, Mapping[str, float | None]]


NOTHING = Figures(Sums(), {name: dict.fromkeys(SHARES) for name in MEASURES})


@dataclass(frozen=True)
class Report:
    """Figures for each combination of what was asked for, in order; `is_exact` tells of their percentiles."""

    by: Sequence[str]
    rows: Mapping[Key, Figures]
    is_exact: bool


@dataclass(frozen=True)
class Split:
    """A window: hours that are summed up, where there are any, and what is left of it."""

    summed: Period | None
    rest: Sequence[Period]


class TooManyRows(Exception):
    """There are more combinations than anybody wants."""


def report(asked: Asked, by: Sequence[str], most: int | None = None) -> Report:
    """Return the figures by some of BY; raises TooManyRows where it would have more than `most` rows."""
    split = _split(asked.start, asked.end)
    found = _sums(asked, by, split, most)
    is_exact = sum(one.count for one in found.values()) <= MOST_EXACT
    told = _exact(asked, by) if is_exact else _estimated(asked, by, split)
    rows = {
        key: Figures(found[key], told.get(key, NOTHING.percentiles)) for key in sorted(found, key=in_order)
    }
    return Report(by, rows, is_exact)


def sums(asked: Asked, by: Sequence[str]) -> dict[Key, Sums]:
    """Return the sums alone."""
    return _sums(asked, by, _split(asked.start, asked.end))


def in_order(key: Key) -> tuple[tuple[bool, Any], ...]:
    """Return what keys are sorted by: nothing comes last."""
    return tuple((part is None, part if part is not None else 0) for part in key)


def _split(start: datetime, end: datetime) -> Split:
    """Take a window apart."""
    reached = SummedUntil.objects.filter(pk=1).first()
    first = hour_of(start) + (HOUR if start > hour_of(start) else timedelta())
    last = min(hour_of(end), reached.hour) if reached else first
    if last <= first:
        return Split(None, [(start, end)])
    rest = [(since, until) for since, until in ((start, first), (last, end)) if since < until]
    return Split((first, last), rest)


def _ledger(asked: Asked, periods: Sequence[Period]) -> Any:
    return measures.within(measures.outcomes(asked.user, **asked.filters), periods)


def _hours(asked: Asked, summed: Period) -> QuerySet[HourSums]:
    since, until = summed
    rows = HourSums.objects.visible_to(asked.user).filter(hour__gte=since, hour__lt=until)
    return rows.filter(**asked.filters).order_by()


def _sums(asked: Asked, by: Sequence[str], split: Split, most: int | None = None) -> dict[Key, Sums]:
    enough = None if most is None else most + 1
    found: dict[Key, Sums] = defaultdict(Sums)
    if split.rest:
        for key, one in measures.sums(_ledger(asked, split.rest), by, enough):
            found[key] += one
    if split.summed:
        for key, one in _of_hours(_hours(asked, split.summed), by, enough):
            found[key] += one
    if most is not None and len(found) > most:
        raise TooManyRows
    return {key: one for key, one in found.items() if one.count}


def _of_hours(rows: QuerySet[HourSums], by: Sequence[str], enough: int | None) -> Iterator[tuple[Key, Sums]]:
    names = ("count", "failures", "bytes_in", "bytes_out", "micros")
    grouped: Any = rows.values(**{f"by_{name}": BY[name] for name in by} or {"by_nothing": Value(1)})
    for row in grouped.annotate(**{f"of_{name}": Sum(name) for name in names})[:enough]:
        key = tuple(row[f"by_{name}"] for name in by)
        yield key, Sums(*(int(row[f"of_{name}"] or 0) for name in names))


def _exact(asked: Asked, by: Sequence[str]) -> dict[Key, dict[str, dict[str, float | None]]]:
    rows = measures.percentiles(_ledger(asked, [(asked.start, asked.end)]), by, list(SHARES.values()))
    nothing = dict.fromkeys(SHARES)
    return {
        key: {
            name: dict(zip(SHARES, values, strict=True)) if values else nothing
            for name, values in found.items()
        }
        for key, found in rows
    }


def _estimated(
    asked: Asked, by: Sequence[str], split: Split
) -> dict[Key, dict[str, dict[str, float | None]]]:
    """Percentiles from the histograms of hours, and of the rest of the ledger."""
    found: dict[Key, dict[str, dict[str, float | None]]] = {}
    types = [TYPES[name] for name in by]
    for measure in MEASURES:
        histograms: list[Sql] = []
        if split.rest:
            histograms.append(
                measures.histogram(_ledger(asked, split.rest), by, measure).query.sql_with_params()
            )
        if split.summed:
            histograms.append(_histogram_of_hours(asked, by, split.summed, measure))
        for key, one in percentiles(histograms, types, SHARES):
            found.setdefault(key, dict(NOTHING.percentiles))[measure] = one  # type: ignore[arg-type]
    return found


def _histogram_of_hours(asked: Asked, by: Sequence[str], summed: Period, measure: str) -> Sql:
    """The same of hours; two lists side by side are nothing that querysets can say."""
    rows, parameters = _hours(asked, summed).query.sql_with_params()
    dimensions = "".join(f"{COLUMNS[name]}, " for name in by)
    counted = (
        f"SELECT {dimensions}h.place, sum(h.n) FROM ({rows}) s, "  # noqa: S608 the words are ours
        f"unnest(s.{measure}_intervals, s.{measure}_counts) AS h(place, n) GROUP BY {dimensions}h.place"
    )
    return counted, parameters
