"""Records of fixed length, found without any description: their length, where they begin, and their fields."""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from compression.engine.analysis.fields import Layout, layout
from compression.engine.analysis.numbers import numbers
from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.analysis.stride import strides
from compression.engine.limits import KiB
from compression.engine.streams import WIDTHS, Array, Kind, Stream
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.planes import Planes
from compression.engine.transforms.split import Split

LEAST = 64
"""Bytes in which no records are looked for."""
HEADER = 64 * KiB
"""The longest header that is looked for."""
NEAR = 1.1
"""A second layout is of use where it costs at most so many times what the best does."""
FURTHER = 3
"""Chains that are proposed for an array of numbers."""
WORTH = 1.02
"""The fields may cost so much more than the content as it is: the estimate is not exact."""


@proposer(Kind.BYTES)
def records(stream: Stream) -> Iterator[Proposal]:
    """Splits into the fields of the records that the content seems to consist of."""
    if stream.size < LEAST:
        return
    layouts: list[tuple[Layout, int]] = []
    best = np.inf
    for stride, plain, least in strides(stream.data):
        # Fields are dear to find: not where they cannot be better than those that are found already.
        if stride * 4 <= stream.size and least <= NEAR * best:
            if not least:
                reason = f"repeats at {stride} bytes: differences"
                yield Proposal((Delta(width=1, lag=stride),), reason)
            found = layout(stream.data, stride)
            if found.cost <= WORTH * plain:
                layouts.append((found, stride))
                best = min(best, found.cost)
    for found, stride in sorted(layouts, key=lambda item: item[0].cost):
        if found.cost <= NEAR * best:
            yield from _proposed(found, stride, stream)


def _proposed(found: Layout, stride: int, stream: Stream) -> Iterator[Proposal]:
    """The fields, and the bytes of the record one by one."""
    skip = found.phase + _header(stream.data[found.phase :], stride)
    split = Split(widths=found.widths, swapped=turns(found.swapped), skip=skip)
    if len(found.widths) > 1:
        yield Proposal((split,), f"repeats at {stride} bytes: {len(found.widths)} fields")
    whole = Split(widths=(stride,), skip=skip) if split.widths != (stride,) else split
    if stride not in WIDTHS:
        yield Proposal((whole, Planes(width=stride)), f"lanes of {stride} bytes")
        return
    yield Proposal((whole,), f"numbers of {stride} bytes")
    # What such numbers become is part of the proposal: without it they may not look worth it.
    for further in islice(numbers(whole.encode(stream).streams[0]), FURTHER):
        yield Proposal((whole, *further.chain), f"numbers of {stride} bytes: {further.reason}")


def turns(flags: tuple[bool, ...]) -> tuple[int, ...]:
    """How many are false, then how many true, and so on; nothing where none is true."""
    counts: list[int] = []
    for flag in flags:
        while not counts or len(counts) % 2 == int(flag):
            counts.append(0)
        counts[-1] += 1
    return tuple(counts) if any(flags) else ()


def _header(data: Array, stride: int) -> int:
    """The bytes at the front, whole records, that are of another kind than the records after them."""
    count = len(data) // stride
    front = min(count, HEADER // stride)
    if count < 32 or not front:
        return 0
    rows = data[: count * stride].reshape(count, stride)
    sample = rows[:: max(1, count // 2048)]
    lanes = np.arange(stride) * 256
    counts = np.bincount((sample + lanes).reshape(-1), minlength=256 * stride)
    prices = -np.log2((counts + 1 / 16) / (len(sample) + 16))
    usual = prices[sample + lanes].sum(axis=1)
    limit = np.median(usual) + 3 * np.median(np.abs(usual - np.median(usual))) + 8
    excess = np.cumsum(prices[rows[:front] + lanes].sum(axis=1) - limit)
    best = int(excess.argmax())
    return (best + 1) * stride if excess[best] > 0 else 0
