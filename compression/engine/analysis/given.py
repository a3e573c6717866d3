"""Which column of a table tells most of which other: in the order of its rows the other is smoother, or in runs."""

from typing import Any

import numpy as np

from compression.engine import strings
from compression.engine.errors import Unfit
from compression.engine.limits import KiB
from compression.engine.streams import Array, Stream
from compression.engine.transforms.table import Table

SAMPLE = 512 * KiB
MOST_ROWS, LEAST_ROWS = 4096, 256
WORK = 1 << 20
"""Rows times pairs of columns that are looked at, about."""
MAX_COLUMNS = 64
FEW = 64
"""Columns of so many different strings are measured by how often each occurs, in blocks of rows."""
BLOCKS = 32
LEAST_GAIN, LEAST_PART = 0.1, 0.05
"""A column is given another where that saves so many bits a row and this part of the column."""
WORTH = 0.03
"""Nothing is proposed where less than this part of all bits is saved."""


def relations(transform: Table, data: Array) -> tuple[int, ...]:
    """The columns that others are given, as `Table.given` has them; empty where that is not worth it."""
    try:
        streams = transform.encode(_middle(data)).streams
    except Unfit:
        return ()
    found: list[int] = []
    before = saved = 0.0
    for count in transform.columns:
        first = len(found)
        columns = [stream.data for stream in streams[first : first + count]]
        rows = int(np.count_nonzero(columns[0] == strings.NEWLINE))
        if rows >= LEAST_ROWS and count <= MAX_COLUMNS:
            costs, gains = _gains([_ranks(column, count) for column in columns])
            chosen = _chosen(gains)
            before += rows * float(costs.sum())
            saved += rows * sum(gains[column, other] for column, other in chosen.items())
        else:
            chosen = {}
        found += [first + chosen[column] + 1 if column in chosen else 0 for column in range(count)]
    return tuple(found) if saved > WORTH * before else ()


def _middle(data: Array) -> Stream:
    """Lines from the middle."""
    start = max(len(data) - SAMPLE, 0) // 2
    part = data[start : start + SAMPLE]
    ends = np.flatnonzero(part == strings.NEWLINE)
    return Stream(part[int(ends[0]) + 1 :] if start and len(ends) else part)


def _ranks(column: Array, count: int) -> Any:
    """The first strings of one of `count` columns as places in the list of the different ones."""
    rows = max(min(MOST_ROWS, WORK // count**2), LEAST_ROWS)
    ends = strings.ends(column)[:rows]
    return np.unique(strings.keys(column, ends), return_inverse=True)[1]


def _gains(columns: list[Any]) -> tuple[Any, Any]:
    """The bits a row that each column takes by itself, and what each column saves when it is given each other."""
    costs = np.array([_cost(column) for column in columns])
    gains = np.zeros((len(columns), len(columns)))
    for other, ranks in enumerate(columns):
        if ranks.max() == 0:
            continue
        order = np.argsort(ranks.astype(np.uint16), kind="stable")
        for column, cost in enumerate(costs):
            if column != other and cost > LEAST_GAIN:
                gains[column, other] = cost - _cost(columns[column][order])
    gains[gains < np.maximum(LEAST_PART * costs, LEAST_GAIN)[:, None]] = 0
    return costs, gains


def _cost(ranks: Any) -> float:
    """About how many bits a row takes."""
    different = int(ranks.max()) + 1
    if different <= FEW:
        block = np.arange(len(ranks)) * BLOCKS // len(ranks)
        counts = np.bincount(block * different + ranks, minlength=BLOCKS * different).reshape(BLOCKS, -1)
        # What a block does not know of its few rows costs it about half a logarithm for each value.
        learning: float = 0.5 * np.count_nonzero(counts) * np.log2(len(ranks) / BLOCKS + 1) / len(ranks)
        repeated = float(np.mean(ranks[1:] != ranks[:-1])) * (float(np.log2(different)) + 1)
        return min(_bits(counts) / len(ranks) + learning, _steps(ranks), repeated + 0.01)
    return min(_steps(ranks), _bits(np.bincount(ranks)[None]) / len(ranks))


def _steps(ranks: Any) -> float:
    """About how many bits the difference to the row before takes: the number of its digits, and these."""
    steps = np.abs(np.diff(ranks))
    digits = np.frexp(steps.astype(np.float32))[1]
    classes = _bits(np.bincount(digits, minlength=1)[None]) / len(digits)
    return classes + float(np.mean(digits))


def _bits(counts: Any) -> float:
    """The bits that things of so many occurrences take, each row of counts by itself."""
    totals = counts.sum(axis=1)
    known = counts[counts > 0]
    return float((totals * np.log2(np.maximum(totals, 1))).sum() - (known * np.log2(known)).sum())


def _chosen(gains: Any) -> dict[int, int]:
    """For columns the other that they are given: those that save most first, and none in a circle."""
    chosen: dict[int, int] = {}
    for place in np.argsort(-gains, axis=None):
        column, other = divmod(int(place), len(gains))
        if gains[column, other] <= 0:
            break
        above: int | None = other
        while above is not None and above != column:
            above = chosen.get(above)
        if column not in chosen and above is None:
            chosen[column] = other
    return chosen
