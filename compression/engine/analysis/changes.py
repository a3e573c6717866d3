"""Where the structure of content changes: blocks that are records of different lengths, or none at all."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.analysis.stride import candidates, is_noise
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.limits import KiB
from compression.engine.streams import Array, Kind, Stream
from compression.engine.transforms.cut import Cut

LEAST = 64 * KiB
BLOCK, BLOCKS = 8 * KiB, 64
"""Bytes of a block at least, and how many there are at most."""
LOOKED_AT = 6 * KiB
"""Bytes of a block that tell what it is."""
STRIDES = (2, 3, 4, 6, 8, 12, 16, 20, 24, 32)
RECURRING = 6
"""Further lengths that are considered, of those that recur anywhere."""
CHANGE = 1024
"""Bytes that a change of structure must save."""
GAIN = 0.85
"""The parts must cost less than this share of what all costs with one structure."""
MOST_PARTS = 8
"""A search has no time for more."""


@proposer(Kind.BYTES)
def changes(stream: Stream) -> Iterator[Proposal]:
    """A cut into parts, each of one structure."""
    if stream.size < LEAST or is_noise(stream.data[:LEAST]) or _is_text(stream.data):
        return
    block = max(BLOCK, -(-stream.size // BLOCKS))
    starts = range(0, stream.size - block // 2, block)
    costs = _costs([stream.data[start : start + block] for start in starts])
    labels = _cheapest(costs, CHANGE)
    sizes = [len(list(group)) * block for _, group in groupby(labels)]
    total = sum(costs[number, label] for number, label in enumerate(labels)) + CHANGE * len(sizes)
    expected = float(total / costs.sum(axis=0).min())
    if 1 < len(sizes) <= MOST_PARTS and expected < GAIN:
        reason = f"the structure changes {len(sizes) - 1} times"
        yield Proposal((Cut(sizes=tuple(sizes[:-1])),), reason, whole=True, expected=expected)


def _is_text(data: Array) -> bool:
    """Whether there are next to no bytes that texts do not have."""
    some = data[:: max(1, len(data) // 8192)]
    return bool(np.mean((some >= 32) | (some == 10) | (some == 13) | (some == 9)) > 0.995)


def _costs(blocks: list[Array]) -> NDArray[np.float64]:
    """What each block would cost, in bytes, as records of each length; first without any structure."""
    from compression.engine.kernels import pricing

    samples = [block[:LOOKED_AT].copy() for block in blocks]
    found = [stride for stride in candidates(np.concatenate(samples)) if stride not in STRIDES]
    strides = (1, *STRIDES, *sorted(found)[:RECURRING])
    costs = np.array(
        [
            [pricing.price_lanes(sample, stride, pricing.LOGS, pricing.TOTALS) for stride in strides]
            for sample in samples
        ],
        np.float64,
    )
    costs /= pricing.BYTE
    costs[:, 0] = np.minimum(costs[:, 0], [len(ZstdLeaf(level=3).encode(sample)) for sample in samples])
    scale = [len(block) / len(sample) for block, sample in zip(blocks, samples, strict=True)]
    return np.asarray(costs * np.array(scale)[:, None])


def _cheapest(costs: NDArray[np.float64], change: float) -> list[int]:
    """For each block the structure it has, where each change costs so much more: a shortest path."""
    best = costs[0].copy()
    came: list[NDArray[np.int64]] = []
    own = np.arange(costs.shape[1])
    for row in costs[1:]:
        other = int(best.argmin())
        stay = best <= best[other] + change
        came.append(np.where(stay, own, other))
        best = np.where(stay, best, best[other] + change) + row
    labels = [int(best.argmin())]
    for step in reversed(came):
        labels.append(int(step[labels[-1]]))
    return labels[::-1]
