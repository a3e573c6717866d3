"""Hexadecimal digits as bytes: hashes, UUIDs, addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine import strings
from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import WIDTHS, Array, Kind, Stream
from compression.engine.transforms.base import Encoded, Transform, transform

LETTERS = {"lower": ord("a"), "upper": ord("A")}
MIN_FITTING = 0.5
LOOKED_AT = 256
"""Strings that tell which characters all have in common."""
MAX_DIGITS = 256
MAX_PATTERN = 512


@transform
@dataclass(frozen=True)
class Hexes(Transform):
    """Strings of one length with hexadecimal digits at the same places, as the bytes of these, the last ones first.

    What else is in the strings, the same in all, is in the note; strings of another form are kept aside.
    """

    id: ClassVar[str] = "hexes"
    code: ClassVar[int] = 26
    title: ClassVar[str] = "hexadecimal digits as bytes"
    encode_mb_s: ClassVar[float] = 200
    decode_mb_s: ClassVar[float] = 300

    width: int = parameter(Integer("Bytes of a string", 1, MAX_DIGITS // 2), default=4)
    letters: str = parameter(Choice("Letters", tuple(LETTERS)), default="lower")

    @property
    def outputs(self) -> int:
        return 3

    def encode(self, stream: Stream) -> Encoded:
        from compression.engine.kernels import strings as kernels

        data = np.array(stream.data)
        ends = strings.ends(data)
        pattern = hex_pattern(data, ends, self.letters)
        if (pattern.count(0) + 1) // 2 != self.width:
            raise Unfit("The strings have another number of digits")
        packed, fits = np.empty(len(ends) * self.width, np.uint8), np.empty(len(ends), np.uint8)
        form = np.frombuffer(pattern, np.uint8).copy()
        count = kernels.unhex(data, ends, form, LETTERS[self.letters], self.width, packed, fits)
        if count < MIN_FITTING * len(ends):
            raise Unfit("Most of the strings are not of this form")
        _, aside = strings.part(data, ends, fits, stream.label)
        kind = Kind.NUMBERS if self.width in WIDTHS else Kind.BYTES
        return Encoded(
            [Stream(packed[: count * self.width], self.width, kind, stream.label), *aside], pattern
        )

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        from compression.engine.kernels import strings as kernels

        packed, gaps, others = streams
        if len(packed) % self.width or (note.count(0) + 1) // 2 != self.width:
            raise CorruptStream("A column of digits has a part of a string")
        size = len(packed) // self.width * (len(note) + 1)
        if size > most or len(note) > MAX_PATTERN:
            raise CorruptStream("A column of digits is larger than possible")
        out = np.empty(size, np.uint8)
        form: Any = np.frombuffer(note, np.uint8).copy()
        kernels.hexed(np.array(packed), form, LETTERS[self.letters], self.width, out)
        return strings.merge(out, gaps, others, most)


def hex_pattern(data: Array, ends: Any, letters: str) -> bytes:
    """What some strings have in common, 0 for digits, also where these are the same; raises Unfit where all differ."""
    rows = np.unique(np.linspace(0, len(ends) - 1, LOOKED_AT).astype(np.int64))
    some = strings.chosen(data, ends, rows)
    length = sorted(map(len, some))[len(some) // 2]
    if not 1 < length <= MAX_PATTERN:
        raise Unfit("The strings are too long, or empty")
    alike = np.frombuffer(b"".join(string for string in some if len(string) == length), np.uint8)
    table = alike.reshape(-1, length)[:, :-1]
    digits = np.frombuffer(b"0123456789abcdef" if letters == "lower" else b"0123456789ABCDEF", np.uint8)
    literal = (table == table[0]).all(axis=0) & ~np.isin(table[0], digits)
    if not 1 <= np.count_nonzero(~literal) <= MAX_DIGITS:
        raise Unfit("The strings are not of one form")
    return np.where(literal, table[0], 0).astype(np.uint8).tobytes()
