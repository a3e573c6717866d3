"""Samples of streams: parts that stand for the whole, cut where elements begin."""

from dataclasses import replace
from random import Random

import numpy as np

from compression.engine.limits import KiB
from compression.engine.streams import Kind, Stream
from compression.engine.strings import NEWLINE

FIRST, SECOND = 64 * KiB, 256 * KiB
"""Bytes of the samples that candidates are tried on, first all of them, then the best."""


def head(stream: Stream, most: int) -> Stream:
    """The first bytes of a stream, at most `most`, whole elements; text ends at a line end where one is near."""
    if stream.size <= most:
        return stream
    end = most // stream.width * stream.width
    if stream.kind in (Kind.TEXT, Kind.STRINGS, Kind.BYTES):
        lines = np.flatnonzero(stream.data[end - min(end, 4 * KiB) : end] == NEWLINE)
        if len(lines):
            end = end - min(end, 4 * KiB) + int(lines[-1]) + 1
    return replace(stream, data=stream.data[:end])


def slices(stream: Stream, most: int, seed: int = 0, count: int = 4) -> Stream:
    """At most `most` bytes of a stream, whole elements, as `count` slices, each from its own share of the stream.

    They are from the middle of the shares, by another seed than 0 from elsewhere. The very beginning is in none of
    them, by the seed 0: files begin with what they have nowhere else.
    """
    if stream.size <= most:
        return stream
    each = max(most // count // stream.width, 1) * stream.width
    spare = stream.size // count - each
    draw = Random(seed)
    shifts = [draw.randint(0, spare) if seed else spare // 2 for _ in range(count)]
    starts = [
        (stream.size * number // count + shift) // stream.width * stream.width
        for number, shift in enumerate(shifts)
    ]
    parts = [stream.data[start : start + each] for start in starts]
    return replace(stream, data=np.concatenate(parts))
