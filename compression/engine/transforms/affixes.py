"""What all strings of a column begin and end with: quotation marks, units, brackets; taken away once for all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine import strings
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import Array, Kind, Stream
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer

LOOKED_AT = 64
"""Strings that tell what all have in common."""
MIN_FITTING = 0.5
MAX_AFFIX = 255
NUMERIC = b"0123456789+-.:/"
"""What stays, though it is common: a part of a number or date says nothing any more."""


@transform
@dataclass(frozen=True)
class Affixes(Transform):
    """Strings without what most begin and end with, which is in the note; those without it are kept aside."""

    id: ClassVar[str] = "affixes"
    code: ClassVar[int] = 24
    title: ClassVar[str] = "common beginning and end of all strings taken away"
    encode_mb_s: ClassVar[float] = 300
    decode_mb_s: ClassVar[float] = 400

    @property
    def outputs(self) -> int:
        return 3

    def encode(self, stream: Stream) -> Encoded:
        from compression.engine.kernels import strings as kernels

        data = np.array(stream.data)
        ends = strings.ends(data)
        before, behind = affixes(data, ends)
        if not before and not behind:
            raise Unfit("The strings have nothing in common at their ends")
        fits = np.zeros(len(ends), np.uint8)
        around = (np.frombuffer(part, np.uint8).copy() for part in (before, behind))
        if kernels.embraced(data, ends, next(around), next(around), fits) < MIN_FITTING * len(ends):
            raise Unfit("Most of the strings have nothing in common at their ends")
        kept, aside = strings.part(data, ends, fits, stream.label)
        out = np.empty(len(kept) - (len(before) + len(behind)) * int(fits.sum()), np.uint8)
        kernels.strip(kept, strings.ends(kept), len(before), len(behind), out)
        writer = Writer()
        writer.string(before)
        writer.string(behind)
        return Encoded([Stream(out, 1, Kind.STRINGS, stream.label), *aside], bytes(writer.data))

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        from compression.engine.kernels import strings as kernels

        inner, gaps, others = streams
        reader = Reader(note)
        before, behind = (np.frombuffer(reader.string(MAX_AFFIX), np.uint8).copy() for _ in range(2))
        reader.finish()
        if len(inner) and inner[-1] != strings.NEWLINE:
            raise CorruptStream("The last string of a column has no end")
        size = len(inner) + (len(before) + len(behind)) * int(np.count_nonzero(inner == strings.NEWLINE))
        if size > most:
            raise CorruptStream("The strings of a column are larger than possible")
        out = np.empty(size, np.uint8)
        kernels.embrace(np.array(inner), before, behind, out)
        return strings.merge(out, gaps, others, most)


def affixes(data: Array, ends: Any) -> tuple[bytes, bytes]:
    """What most of some strings have in common at their beginning, and at their end."""
    rows = np.unique(np.linspace(0, len(ends) - 1, LOOKED_AT).astype(np.int64))
    looked_at = [string[:-1] for string in strings.chosen(data, ends, rows)]
    before = _common([string[:MAX_AFFIX] for string in looked_at]).rstrip(NUMERIC)
    rests = [string[len(before) :] for string in looked_at if string.startswith(before)]
    behind = _common([rest[-MAX_AFFIX:][::-1] for rest in rests])[::-1]
    return before, behind.lstrip(NUMERIC)


def _common(listed: list[bytes]) -> bytes:
    """The beginning that those have in common that begin with the most frequent character."""
    (first, times), *_ = Counter(string[:1] for string in listed).most_common(1)
    if not first or times < MIN_FITTING * len(listed):
        return b""
    alike = [string for string in listed if string[:1] == first]
    # What is common to the least and the greatest is common to all between.
    pairs = zip(min(alike), max(alike), strict=False)
    length = next((n for n, (one, other) in enumerate(pairs) if one != other), len(min(alike)))
    return min(alike)[:length]
