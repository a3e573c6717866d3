"""Elements kept aside, since they do not fit what is said of the others: where they are."""

from typing import Any

import numpy as np

from compression.engine.errors import CorruptStream
from compression.engine.streams import Array, Kind, Stream, flat, words

GAP = 4
"""Bytes of a gap."""


def filled(numbers: Any, outside: Any) -> Any:
    """The numbers, those that are outside replaced by the one before that is not, or else by the first that is not."""
    inside = np.flatnonzero(~outside)
    if len(inside) in (0, len(numbers)):
        return numbers if len(inside) else np.zeros_like(numbers)
    last = np.maximum.accumulate(np.where(outside, inside[0], np.arange(len(numbers))))
    return numbers[last]


def gaps(at: Any, label: str) -> Stream:
    """How many elements are before each of those kept aside, since the one kept aside before it."""
    return Stream(
        flat(np.diff(at, prepend=-1).astype("<u4") - np.uint32(1)), GAP, Kind.NUMBERS, f"gaps of {label}"
    )


def places(data: Array, count: int) -> Any:
    """The indices of the elements kept aside, all below `count`; raises CorruptStream."""
    if len(data) % GAP:
        raise CorruptStream("A stream of gaps has a part of one")
    at = np.cumsum(words(data, GAP).astype(np.int64) + 1) - 1
    if len(at) and not 0 <= int(at[-1]) < count:
        raise CorruptStream("An element is kept aside where there is none")
    return at
