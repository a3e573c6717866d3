"""Columns of strings, as transforms see them: each string is ended by a line end, which none of them holds.

A transform for strings of some form keeps aside those that have another: it takes them out (`part`) as a stream of
their own, with the numbers of fitting strings between them, and puts them back (`merge`). So no odd string hinders it.
"""

from typing import Any

import numpy as np

from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import Array, Kind, Stream, flat, words

NEWLINE = 10


def ends(data: Array) -> Any:
    """The places of the line ends; raises Unfit where the last string has none, or there is no string."""
    if not len(data) or data[-1] != NEWLINE:
        raise Unfit("These are no strings that are each ended by a line end")
    return np.flatnonzero(data == NEWLINE)


def part(data: Array, ends: Any, fits: Any, label: str) -> tuple[Array, list[Stream]]:
    """The strings that fit, and two streams for `merge`: the numbers of these before each other string, and the others.

    `data` may be written to; `fits` has 1 for each string that fits and 0 for the others.
    """
    from compression.engine.kernels import strings

    odd = np.flatnonzero(fits == 0)
    size = int(np.diff(ends, prepend=-1)[odd].sum())
    kept, others = np.empty(len(data) - size, np.uint8), np.empty(size, np.uint8)
    strings.part(data, ends, fits, kept, others)
    gaps = (np.diff(odd, prepend=-1) - 1).astype("<u4")
    return kept, [
        Stream(flat(gaps), 4, Kind.NUMBERS, f"places of odd strings of {label}"),
        Stream(others, 1, Kind.STRINGS, f"odd strings of {label}"),
    ]


def merge(kept: Array, gaps: Array, others: Array, most: int) -> Array:
    """The inverse of `part`; raises CorruptStream."""
    from compression.engine.kernels import strings

    if not len(gaps) and not len(others):
        return kept
    if len(gaps) % 4 or len(kept) + len(others) > most:
        raise CorruptStream("The strings of a column do not fit together")
    out = np.empty(len(kept) + len(others), np.uint8)
    if strings.merge(np.array(kept), np.array(others), words(np.array(gaps), 4), out) != len(out):
        raise CorruptStream("The strings of a column do not fit together")
    return out


def numbered(data: Array, ends: Any, most: int) -> tuple[Any, Any, Any]:
    """The different strings: for each row the number of its string; for each number its first row and how many have it.

    Numbers are given in the order of appearance. Raises Unfit where there are more than `most`.
    """
    from compression.engine.kernels import strings

    room = min(most, len(ends))
    slots = np.full(1 << (2 * room - 1).bit_length(), -1, np.int64)
    numbers, firsts, times = np.empty(len(ends), np.int32), np.empty(room, np.int64), np.empty(room, np.int64)
    known = strings.number(data, ends, slots, numbers, firsts, times)
    if known < 0:
        raise Unfit(f"There are more than {most} different strings")
    return numbers, firsts[:known], times[:known]


def chosen(data: Array, ends: Any, rows: Any) -> list[bytes]:
    """The strings of some rows, with their line ends."""
    starts = np.where(rows > 0, ends[rows - 1] + 1, 0)
    content = data.tobytes()
    return [content[a:b] for a, b in zip(starts.tolist(), (ends[rows] + 1).tolist(), strict=True)]


def taken(data: Array, ends: Any, numbers: Any, most: int) -> Array:
    """The strings of these numbers, one after the other, at most `most` bytes; raises CorruptStream."""
    from compression.engine.kernels import strings

    lengths = np.diff(ends, prepend=-1)
    size = int(lengths[numbers].sum())
    if size > most:
        raise CorruptStream("The strings of a column are larger than possible")
    out = np.empty(size, np.uint8)
    strings.take(data, ends, numbers, out)
    return out


def keys(data: Array, ends: Any) -> Any:
    """Numbers for the strings that end there: decimals in the order of their amount, texts by beginnings."""
    from compression.engine.kernels import strings

    found = np.empty(len(ends), np.int64)
    strings.keys(np.array(data), ends, found)
    return found


def order(data: Array, ends: Any) -> Any:
    """The rows in the order of the keys of their strings; those of the same key in their own."""
    return np.argsort(keys(data, ends), kind="stable")
