"""The ends of a pipeline: which leaf a stream is best written by, by trial."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from compression.engine.clock import cpu_seconds
from compression.engine.errors import Unfit
from compression.engine.leaves import Leaf
from compression.engine.leaves.brotli import BrotliLeaf
from compression.engine.leaves.bzip3 import Bzip3Leaf
from compression.engine.leaves.errors import ErrorsLeaf
from compression.engine.leaves.lz4 import Lz4Leaf
from compression.engine.leaves.lzma import LzmaLeaf
from compression.engine.leaves.mix import MixLeaf
from compression.engine.leaves.pcodec import PcodecLeaf
from compression.engine.leaves.store import Store
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.limits import KiB, MiB
from compression.engine.searching.objective import MB, Aim, Cost, Objective
from compression.engine.searching.sampling import slices
from compression.engine.searching.trace import Trace
from compression.engine.streams import Kind, Stream

TINY = 24
"""Streams of fewer bytes are stored."""
SMALL = 4 * KiB
"""Streams of at most so many bytes go through every leaf that is good at some: they cost nothing."""
READABLE, DOUBTFUL = 0.98, 0.8
"""The part of the bytes that text has of signs, spaces and line ends, and what other content has less of."""
READ = 64 * KiB
READABLE_BYTES = np.zeros(256, np.bool_)
READABLE_BYTES[32:] = READABLE_BYTES[[9, 10, 13]] = True
HASTE, HASTE_WORTH = 16 * KiB, 24
"""Bytes of a sample for a quick choice, and the savings that are worth another trial there."""
SHIFTING, TELLING, RECURRING, LEAST_SHIFT = 256 * KiB, 64, 0.7, 0.25
"""Bytes of a stream whose samples say little; bytes that a quick estimate of a sample must come to for it to say how
the whole differs; and what part of the estimate is left at most, and at least, where much recurs."""
LEAF_FIRST, LEAF_SECOND = 32 * KiB, 96 * KiB
"""Bytes of the samples that all leaves, and then the best, are tried on."""
POSSIBLE = 0.3
"""A further leaf saves at most about this part of what the best makes of a stream."""
PATIENCE, LEAST_GAIN = 1.015, 1 / 4096
"""Context mixing is slow both ways: it has to be better than the others by more than the first, and by the second of
the content's bytes. Nobody waits for a quarter of a minute for 20 bytes of 4 MiB of zeros."""
CONVINCING = 0.92
"""Where context mixing leaves less than this part of what the best before it does, nothing else is tried."""
SMALL_WHOLE = 512 * KiB
"""Content of at most so many bytes is tried as a whole before it is stored as it is."""
LONG = MiB
"""Content of at least so many bytes takes so long to encode that a closer look at leaves costs little beside it."""
CLOSE, CLOSE_LONG, FINALISTS = 1.03, 1.06, 2
"""Leaves whose result on a small sample is at most so much worse than the best are tried on a larger one; of long
streams the sample says less."""
RIVAL = 1.3
"""Plain leaves that a sample says to be worse than what was found by no more than this are tried on all of a frame, or
the front of a long one: some get better the more they have seen, which no sample shows."""
SIMPLE = 16 * KiB
"""Content of at most so many bytes goes through all leaves that are tried on it, however good one of them is."""
ALIKE = Store, PcodecLeaf, ErrorsLeaf
"""Leaves that make the same of a part wherever it is: what recurs is nothing to them."""
QUICK = ZstdLeaf(level=3)
"""What estimates are made with: fast, and mostly of the same opinion as the others."""


@dataclass(frozen=True)
class Chosen:
    """A leaf for a stream, and what it is expected to come to."""

    leaf: Leaf
    cost: Cost


def cost_of(leaf: Leaf, content: int, encoded: float) -> Cost:
    """The cost of `content` bytes that a leaf writes as so many, at its nominal speeds."""
    encode, decode = leaf.speeds
    return Cost(encoded, content / (encode * MB), content / (decode * MB))


def quick(stream: Stream) -> float:
    """Roughly the bytes that a stream comes to."""
    if stream.size < TINY:
        return stream.size
    return min(stream.size, len(QUICK.encode(stream.data)))


def candidates(stream: Stream, aim: Aim) -> list[Leaf]:
    """The leaves to try, the fast ones first; `store` is always one."""
    found = _fast(stream) if aim.objective in (Objective.SPEED, Objective.DECODE) else _strong(stream)
    if aim.objective is Objective.BALANCED:
        found = [*_fast(stream), *found]
    return [Store(), *(leaf for leaf in found if aim.allows_leaf(leaf, stream.size))]


def _fast(stream: Stream) -> list[Leaf]:
    return [
        *_pcodec(stream),
        ZstdLeaf(level=19),
        ZstdLeaf(level=9),
        ZstdLeaf(level=3),
        ZstdLeaf(level=1),
        Lz4Leaf(),
    ]


def _strong(stream: Stream) -> list[Leaf]:
    if stream.kind is Kind.ERRORS:
        return [_errors(stream), Bzip3Leaf()]
    if stream.size <= SMALL:
        return [
            *_pcodec(stream),
            BrotliLeaf(),
            LzmaLeaf(lc=0, pb=0),
            Bzip3Leaf(),
            ZstdLeaf(),
            *_mixing(stream),
        ]
    if stream.kind in (Kind.NUMBERS, Kind.FLOATS):
        low = stream.width.bit_length() - 1 if stream.width in (1, 2, 4) else 0
        return [*_pcodec(stream), LzmaLeaf(lc=0, lp=low, pb=low), Bzip3Leaf(), *_mixing(stream)]
    if stream.kind in (Kind.TEXT, Kind.STRINGS):
        return [Bzip3Leaf(), LzmaLeaf(lc=4, pb=0), *_mixing(stream), BrotliLeaf()]
    if stream.kind is Kind.BYTES:
        return [Bzip3Leaf(), LzmaLeaf(), *_mixing(stream), LzmaLeaf(lc=4, pb=0), BrotliLeaf()]
    return [LzmaLeaf(lc=0, pb=0), Bzip3Leaf(), ZstdLeaf(), *_mixing(stream)]


def _mixing(stream: Stream) -> list[Leaf]:
    """Context mixing with the models that may suit the stream."""
    if stream.kind in (Kind.TEXT, Kind.STRINGS):
        return [MixLeaf(model="text")]
    if stream.kind in (Kind.NUMBERS, Kind.FLOATS, Kind.SYMBOLS) and 1 < stream.width <= 8:
        return [MixLeaf(model="numbers", width=stream.width)]
    if stream.kind is Kind.BYTES:
        share = _readable(stream)
        models = [("text", share > DOUBTFUL), ("binary", share <= READABLE)]
        return [MixLeaf(model=model) for model, suits in models if suits]
    return [MixLeaf(model="binary")]


def _readable(stream: Stream) -> float:
    """The part of the bytes of a sample that text may have."""
    sample = slices(stream, READ, count=READ // KiB).data
    return int(np.count_nonzero(READABLE_BYTES[sample])) / max(len(sample), 1)


def _errors(stream: Stream) -> Leaf:
    """The coder of errors, told where their neighbours are."""
    step, row, plane = (*(stream.lags or (1,)), 0, 0)[:3]
    return ErrorsLeaf(width=stream.width, step=step, row=row, plane=plane)


def _pcodec(stream: Stream) -> list[Leaf]:
    if stream.kind is Kind.FLOATS:
        return [PcodecLeaf(type=f"f{stream.width}")]
    if stream.kind is Kind.NUMBERS and stream.width in (2, 4, 8):
        return [PcodecLeaf(type=f"u{stream.width}")]
    return []


def choose(
    stream: Stream,
    aim: Aim,
    trace: Trace,
    worth: float = 0.0,
    slow_bytes: float = math.inf,
    *,
    anyway: bool = False,
) -> Chosen:
    """The best leaf on samples of the stream, as far as the budget goes: all on a small one, the best on a larger.

    What cannot save `worth` bytes any more is not tried, nor context mixing of more than `slow_bytes`. With `anyway`
    the small sample goes through all of them, with or without budget.
    """
    if stream.size < TINY:
        return Chosen(Store(), cost_of(Store(), stream.size, stream.size))
    listed = [
        leaf for leaf in candidates(stream, aim) if stream.size <= slow_bytes or not isinstance(leaf, MixLeaf)
    ]
    ranked = _ranked(listed, stream, LEAF_FIRST, aim, trace, worth, anyway=anyway)
    if anyway and isinstance(ranked[0].leaf, Store) and stream.size <= SMALL_WHOLE:
        # What is hardly compressible is so in some places and not in others, and samples miss these.
        usable = [leaf for leaf in (Bzip3Leaf(), ZstdLeaf()) if aim.allows_leaf(leaf, stream.size)]
        ranked = _ranked([Store(), *usable], stream, stream.size, aim, trace, 0.0, anyway=True)
    within = CLOSE if stream.size < SHIFTING else CLOSE_LONG
    close = [found for found in ranked if found.score <= ranked[0].score * within][:FINALISTS]
    once_more = not trace.over or (anyway and stream.size >= LONG)
    if stream.size > LEAF_FIRST and len(close) > 1 and once_more:
        ranked = _ranked(
            [found.leaf for found in close], stream, LEAF_SECOND, aim, trace, worth, anyway=anyway
        )
    return Chosen(ranked[0].leaf, ranked[0].cost)


def rivals(stream: Stream, aim: Aim, trace: Trace, size: float) -> list[Chosen]:
    """Leaves that may make less than `size` bytes of content as it is, as only encoding all of it tells."""
    if aim.objective is not Objective.RATIO or stream.size <= LEAF_FIRST:
        return []
    usable = [leaf for leaf in (Bzip3Leaf(), LzmaLeaf()) if aim.allows_leaf(leaf, stream.size)]
    ranked = _ranked(usable, stream, LEAF_FIRST, aim, trace, 0.0, anyway=True)
    return [
        Chosen(found.leaf, found.cost)
        for found in ranked
        if found.cost.size <= min(RIVAL * size, stream.size - 1)
    ]


def mixing(stream: Stream, aim: Aim) -> Leaf | None:
    """Context mixing for a stream, as text only where it surely is; None where it is too slow."""
    usable = [leaf for leaf in candidates(stream, aim) if isinstance(leaf, MixLeaf)]
    return usable[-1] if usable else None


def quickly(stream: Stream, aim: Aim, trace: Trace) -> Chosen:
    """A leaf chosen among a few on a small sample: what plans are compared by."""
    if stream.size < TINY:
        return Chosen(Store(), cost_of(Store(), stream.size, stream.size))
    listed: list[Leaf] = [
        *_pcodec(stream),
        ZstdLeaf(level=9),
        ZstdLeaf(level=1),
        LzmaLeaf(lc=0, pb=0),
        Bzip3Leaf(),
    ]
    usable = [Store(), *(leaf for leaf in listed if aim.allows_leaf(leaf, stream.size))]
    found = _ranked(usable, stream, HASTE, aim, trace, HASTE_WORTH, anyway=True)[0]
    return Chosen(found.leaf, found.cost)


def mixed(records: Stream, aim: Aim, trace: Trace) -> Chosen | None:
    """Context mixing for whole records, as long as an element of the stream is wide; None where it is too slow."""
    leaf = MixLeaf(model="records", stride=records.width)
    if not aim.allows_leaf(leaf, records.size) or aim.objective is not Objective.RATIO:
        return None
    found = _ranked([leaf], records, LEAF_SECOND, aim, trace, 0.0)
    return Chosen(leaf, patient(found[0].cost, records.size)) if found else None


def patient(cost: Cost, content: int) -> Cost:
    """The cost that context mixing of so many bytes is compared with others by."""
    return cost.times(PATIENCE).plus(Cost(content * LEAST_GAIN))


class _Ranked(NamedTuple):
    score: float
    leaf: Leaf
    cost: Cost


def _ranked(
    listed: Iterable[Leaf],
    stream: Stream,
    most: int,
    aim: Aim,
    trace: Trace,
    worth: float,
    *,
    anyway: bool = False,
) -> list[_Ranked]:
    """The leaves by what a sample of at most so many bytes says of them; at least one, also without budget."""
    sample = slices(stream, most, trace.seed)
    factor, shift = stream.size / sample.size, _shift(stream, sample)
    found: list[_Ranked] = []
    least = float("inf")
    for leaf in listed:
        if least * POSSIBLE < worth or (trace.over and found and not anyway):
            break
        size = tried(leaf, sample, trace)
        if size is not None:
            expected = size * factor * (1.0 if isinstance(leaf, ALIKE) else shift)
            cost = cost_of(leaf, stream.size, min(expected, stream.size))
            least = min(least, cost.size)
            is_mix = isinstance(leaf, MixLeaf)
            score = aim.score(patient(cost, stream.size) if is_mix else cost, stream.size)
            before = min((other.score for other in found), default=0.0)
            found.append(_Ranked(score, leaf, cost))
            simple = anyway and sample.size <= SIMPLE
            if is_mix and score < CONVINCING * before and not simple:
                break
    return sorted(found, key=lambda ranked: ranked.score)


def _shift(stream: Stream, sample: Stream) -> float:
    """What a long stream comes to, as a part of what a sample says, where much recurs far apart, which is in no sample.

    By quick estimates of both. Numbers and columns are alike all along. Of a sample that comes to next to nothing, what
    it comes to is mostly what begins and ends it, which a long stream has no more of; or the stream is not like it.
    """
    if stream.size < SHIFTING:
        return 1.0
    part = quick(sample)
    if part >= TELLING and stream.kind not in (Kind.BYTES, Kind.TEXT):
        return 1.0
    shift = quick(stream) / part * sample.size / stream.size
    if part < TELLING:
        return shift
    return max(shift, LEAST_SHIFT) if shift < RECURRING else 1.0


def tried(leaf: Leaf, sample: Stream, trace: Trace) -> int | None:
    """The bytes that a leaf makes of a sample; None where it cannot take it."""
    started = cpu_seconds()
    try:
        size = len(leaf.encode(sample.data))
    except Unfit:
        return None
    trace.add(started, sample.label or "content", str(leaf), sample.size, size)
    return size
