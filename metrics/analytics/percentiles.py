"""Percentiles of values of which only an interval is known: `compression.history.measures` says which."""

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate

from compression.history.measures import GAMMA


def percentile(histogram: Mapping[int, int], share: float) -> float | None:
    """Return a percentile, within 1 % of the exact one; None for no values.

    As PostgreSQL's `percentile_cont`, it lies between the two values next to its place.
    """
    intervals = sorted(histogram)
    upto = list(accumulate(histogram[interval] for interval in intervals))
    if not upto or not upto[-1]:
        return None
    place = share * (upto[-1] - 1)
    low, high = (_value(intervals, upto, rank) for rank in (math.floor(place), math.ceil(place)))
    return low + (high - low) * (place - math.floor(place))


def _value(intervals: Sequence[int], upto: Sequence[int], rank: int) -> float:
    """The middle of the interval that the value of this rank, from 0 on, is in."""
    found = next(interval for interval, n in zip(intervals, upto, strict=True) if rank < n)
    middle: float = GAMMA ** (found + 0.5)
    return middle
