"""Rows into one: what a bucket says of all the moments in it. Pure, so that what it promises can be tested.

Rows may be merged in any order and in any groups, and what comes of it be merged again: low, high, count and context
are the same, and so is the mean but for the rounding of its last digits. So the highest second of a year is the
highest of its days.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

CPU = "system.cpu_percent"

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Row:
    """What series were in the bucket that begins at `t`. A sample is a bucket of one value.

    `names` says which series stands where in the arrays; one without a value has None and the count 0. `context` is
    that of the second with the busiest processor; it says with `t` which that was, and with `cpu_percent` how busy.
    """

    t: datetime
    names: tuple[str, ...]
    low: Values
    mean: Values
    high: Values
    counts: Sequence[int]
    context: Mapping[str, Any] | None = None


def row_of_sample(
    t: datetime, names: tuple[str, ...], values: Values, context: Mapping[str, Any] | None
) -> Row:
    """Return the row that a sample is."""
    if context is not None:
        busy = values[names.index(CPU)] if CPU in names else None
        context = {**context, "t": t.isoformat(), "cpu_percent": busy}
    return Row(t, names, values, values, values, [int(value is not None) for value in values], context)


def merge(t: datetime, rows: Iterable[Row]) -> Row | None:
    """Return the row of the bucket that begins at `t`, made of all rows in it; None where there are none."""
    found = sorted(rows, key=lambda row: (-len(row.names), row.t))
    if not found:
        return None
    names = tuple(dict.fromkeys(name for row in found for name in row.names))
    merged = [_merged(parts) for parts in _by_name(names, found)]
    low, mean, high, counts = zip(*merged, strict=True) if merged else ((), (), (), ())
    return Row(t, names, low, mean, high, counts, _busiest(found))


# Low, mean, high and count of one series in one row.
_Part = tuple[float, float, float, int]


def _by_name(names: tuple[str, ...], rows: Sequence[Row]) -> list[list[_Part]]:
    """Return for each series what the rows have of it."""
    parts: list[list[_Part]] = [[] for _ in names]
    at = {name: place for place, name in enumerate(names)}
    for row in rows:
        places = range(len(names)) if row.names == names else [at[name] for name in row.names]
        for place, low, mean, high, count in zip(
            places, row.low, row.mean, row.high, row.counts, strict=False
        ):
            if low is not None and mean is not None and high is not None:
                parts[place].append((low, mean, high, count))
    return parts


def _merged(parts: Sequence[_Part]) -> tuple[float | None, float | None, float | None, int]:
    if not parts:
        return None, None, None, 0
    lows, means, highs, counts = zip(*parts, strict=True)
    low, high, count = min(lows), max(highs), sum(counts)
    mean = math.fsum(map(float.__mul__, means, map(float, counts))) / count
    return low, min(max(mean, low), high), high, count


def _busiest(rows: Iterable[Row]) -> Mapping[str, Any] | None:
    contexts = [row.context for row in rows if row.context is not None]
    return min(contexts, key=_rank, default=None)


def _rank(context: Mapping[str, Any]) -> tuple[float, str]:
    busy = context.get("cpu_percent")
    return (math.inf if busy is None else -busy), context["t"]
