"""Where machine code is, and for which processor: by how often its calls occur, whatever file it is in."""

from typing import Any

import numpy as np

from compression.engine.streams import Array, words

BLOCK = 4096
MACHINES = ("x86", "arm64", "arm")
CALLS = 8
"""A block with so many calls, most of them of a near address, is code."""
GAP, LEAST = 3, 4
"""So many blocks without calls between blocks of code are taken for code; a stretch has so many at least."""


def runs(data: Array, machine: str) -> list[tuple[int, int]]:
    """The first block and the number of blocks of each stretch of code."""
    blocks = np.flatnonzero(_calls(data, machine))
    if not len(blocks):
        return []
    breaks = np.flatnonzero(np.diff(blocks) > GAP + 1)
    starts = blocks[np.r_[0, breaks + 1]]
    ends = blocks[np.r_[breaks, len(blocks) - 1]] + 1
    return [
        (int(start), int(end - start))
        for start, end in zip(starts, ends, strict=True)
        if end - start >= LEAST
    ]


def _calls(data: Array, machine: str) -> Any:
    """For each block whether it has the calls of code."""
    count = -(-len(data) // BLOCK)
    if machine == "x86":
        every = np.flatnonzero(data[:-4] == 0xE8)
        near = every[(data[every + 4] + np.uint8(1)) < 2]
        found = np.bincount(near // BLOCK, minlength=count)
        return (found >= CALLS) & (2 * found >= np.bincount(every // BLOCK, minlength=count))
    code: Any = words(data[: len(data) // 4 * 4], 4)
    if machine == "arm64":
        # A call is 100101 and 26 bits; near is within 8 MB.
        near = np.flatnonzero((code >> 21 == 0x4A0) | (code >> 21 == 0x4BF))
    else:
        near = np.flatnonzero((code >> 21 == 0x758) | (code >> 21 == 0x75F))
    return np.bincount(near * 4 // BLOCK, minlength=count) >= CALLS
