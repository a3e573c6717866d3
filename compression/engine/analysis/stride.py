"""Whether bytes are records of fixed length, and of which: what recurs, and what lanes of that length would cost."""

from typing import Any, NamedTuple

import numpy as np

from compression.engine.analysis.fields import decimals_price
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.limits import KiB
from compression.engine.streams import Array

SAMPLE = 192 * KiB
GLANCE, HOPE = 48 * KiB, 1.3
"""Bytes that tell which lengths are worth a closer look: those that cost less than so many times what text does."""
MOST = 4096
"""The longest record that is looked for."""
NEAR = 256
"""Distances up to this are looked at one by one."""
USUAL = (2, 3, 4, 6, 8, 12, 16, 20, 24, 32)
FEW = 10
"""Distances of each sort that are followed up."""
GAIN = 0.97
"""Records are worth it where they cost less than this share of the bytes as text."""
ALIKE = 1.01
"""Of strides whose costs are within this of the least, the shortest is right: the others are multiples of it."""


class Found(NamedTuple):
    """A length of records; what a byte of the content costs without them, and what it costs at least with them."""

    stride: int
    plain: float
    least: float


def strides(data: Array) -> list[Found]:
    """The most likely lengths of a record, at most two; empty where there are none."""
    from compression.engine.kernels import pricing

    middle = max(0, (len(data) - SAMPLE) // 2) // 8 * 8
    sample = data[middle : middle + SAMPLE].copy()  # kernels take what can be written to
    if len(sample) < 64 or is_noise(sample):
        return []
    by_text = pricing.price_lanes(sample, 1, pricing.LOGS, pricing.TOTALS)
    plain = min(by_text, len(ZstdLeaf(level=3).encode(sample)) * pricing.BYTE)
    lanes = _lane_costs(sample, candidates(sample))
    unit = pricing.BYTE * len(sample)
    found = []
    if lanes and min(lanes.values()) < GAIN * by_text:
        found.append(Found(_shortest(lanes), plain / unit, 0))
    flat = _flat_costs(sample)
    width = _shortest(flat)
    if flat[width] < GAIN * plain and all(other.stride != width for other in found):
        found.append(Found(width, plain / unit, flat[width] / unit))
    return found


def _lane_costs(sample: Array, found: set[int]) -> dict[int, int]:
    """What the sample would cost in lanes of these lengths: of those that are worth a closer look at a part of it."""
    from compression.engine.kernels import pricing

    for part in (sample[:GLANCE], sample):
        plain = pricing.price_lanes(part, 1, pricing.LOGS, pricing.TOTALS)
        costs = {
            stride: pricing.price_lanes(part, stride, pricing.LOGS, pricing.TOTALS)
            for stride in sorted(found)
        }
        found = {
            stride for stride in sorted(costs, key=costs.__getitem__)[:FEW] if costs[stride] < HOPE * plain
        }
    return costs


def _shortest(costs: dict[int, int]) -> int:
    """The shortest of the strides that cost about the least."""
    least = min(costs.values())
    return min(stride for stride, cost in costs.items() if cost <= ALIKE * least)


def _flat_costs(sample: Array) -> dict[int, int]:
    """What the sample would cost as an array of numbers of 2, 4 or 8 bytes that recur, or that are decimals."""
    from compression.engine.kernels import pricing

    costs: dict[int, int] = {}
    for width in (2, 4, 8):
        words: Any = sample[: min(len(sample), width * pricing.MOST) // width * width].view(f"<u{width}")
        out = np.zeros(3, np.int64)
        pricing.price(words.astype(np.uint64), width, pricing.LOGS, pricing.TOTALS, out)
        cost = int(out.min())
        if width > 2 and (price := decimals_price(words.view(f"<f{width}"))) is not None:
            cost = min(cost, price)
        costs[width] = cost * len(sample) // (len(words) * width)
    return costs


def is_noise(sample: Array) -> bool:
    """Whether no distance has more matches than chance has."""
    counts = np.bincount(sample, minlength=256)
    chance = float((counts / len(sample)) @ (counts / len(sample)))
    if chance > 1.1 / 256:
        return False
    return all(share < chance + 0.004 for share in _matches(sample, 16))


def _matches(sample: Array, most: int) -> list[float]:
    """The share of bytes that are as those 1, 2, 3 ... before."""
    return [
        1 - np.count_nonzero(sample[lag:] != sample[:-lag]) / (len(sample) - lag)
        for lag in range(1, most + 1)
    ]


def candidates(sample: Array) -> set[int]:
    """Strides that what recurs speaks for, with their divisors and small multiples."""
    from compression.engine.kernels import pricing

    near = np.array([0.0, *_matches(sample, min(NEAR, len(sample) // 4))])
    far = np.zeros(min(MOST, len(sample) // 8) + 1, np.int32)
    pricing.distances(sample, far)
    found = {int(lag) for lag in np.argsort(near)[-FEW:]} | {int(lag) for lag in np.argsort(far)[-FEW:]}
    wider = {lag * times for lag in found for times in (1, 2, 3, 4)}
    divisors = {lag // by for lag in found for by in (2, 3, 4, 5, 6, 7, 8, 12) if lag % by == 0}
    return {stride for stride in wider | divisors | set(USUAL) if 2 <= stride < len(far)}
