"""Floating-point numbers that are decimals: whole numbers divided by a power of ten."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, parameter
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import WIDTHS, Array, Kind, Stream, flat, words
from compression.engine.transforms import aside
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer

PRECISE = 1 << 53
"""Whole numbers below this are exact as floating-point ones, so that both ways round alike on every machine."""
MOST_ASIDE = 0.25


@transform
@dataclass(frozen=True)
class Fixed(Transform):
    """Floats of `width` bytes as whole numbers of `whole` bytes: the float times 10 to the power of `places`.

    The least of them is in the note and taken off all. Floats that are not re-made exactly are corrected: streams two
    and three say where, and by how much their bits differ.
    """

    id: ClassVar[str] = "fixed"
    code: ClassVar[int] = 80
    title: ClassVar[str] = "floating-point numbers as decimals"
    encode_mb_s: ClassVar[float] = 200
    decode_mb_s: ClassVar[float] = 900

    width: int = parameter(Integer("Width", 4, 8), default=8)
    places: int = parameter(Integer("Places behind the point", 0, 22), default=2)
    whole: int = parameter(Integer("Width of a whole number", 1, 8), default=4)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width not in (4, 8) or self.whole not in WIDTHS:
            raise InvalidParams("Floats have 4 or 8 bytes, whole numbers 1, 2, 4 or 8", field="width")

    @property
    def outputs(self) -> int:
        return 3

    def encode(self, stream: Stream) -> Encoded:
        if stream.size % self.width:
            raise Unfit(f"{stream.size} bytes are no numbers of {self.width} bytes")
        floats: Any = stream.data.view(f"<f{self.width}")
        numbers, near = self._rounded(floats)
        least, numbers = self._from_least(numbers, near)
        bits: Any = words(stream.data, self.width)
        corrections = bits - self._floats(numbers + least)
        at = np.flatnonzero(corrections)
        if len(at) > MOST_ASIDE * len(floats):
            raise Unfit("Too many of the numbers are no decimals")
        writer = Writer()
        writer.signed(least)
        return Encoded(
            [
                Stream(flat(numbers.astype(f"<u{self.whole}")), self.whole, Kind.NUMBERS, stream.label),
                aside.gaps(at, stream.label),
                Stream(
                    flat(_folded(corrections[at])), self.width, Kind.NUMBERS, f"corrections of {stream.label}"
                ),
            ],
            bytes(writer.data),
        )

    def _rounded(self, floats: Any) -> tuple[Any, Any]:
        """The nearest whole numbers (int64), and for which of the floats there is one."""
        with np.errstate(all="ignore"):
            scaled = np.rint(floats.astype(np.float64) * 10.0**self.places)
            near = np.abs(scaled) < PRECISE
            return np.where(near, scaled, 0).astype(np.int64), near

    def _from_least(self, numbers: Any, near: Any) -> tuple[int, Any]:
        """The least number, and all from there on; those without a whole number, or too large, as the one before."""
        least = int(numbers[near].min()) if near.any() else 0
        numbers = numbers - least
        fits = near & (numbers < (1 << min(8 * self.whole, 62)))
        return least, aside.filled(numbers, ~fits)

    def _floats(self, numbers: Any) -> Any:
        """The bits of the floats of whole numbers (int64)."""
        with np.errstate(all="ignore"):
            made: Any = (numbers.astype(np.float64) / 10.0**self.places).astype(f"<f{self.width}")
        return made.view(f"<u{self.width}")

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        data, gaps, corrections = streams
        if len(data) % self.whole or len(corrections) % self.width:
            raise CorruptStream("A stream of decimals has a part of one")
        if len(data) // self.whole * self.width > most:
            raise CorruptStream("There are more decimals than the content can have")
        least = Reader(note).signed()
        if abs(least) >= PRECISE:
            raise CorruptStream("The least decimal is too large")
        numbers: Any = words(data, self.whole).astype(np.int64)
        bits = self._floats(numbers + np.int64(least))
        at = aside.places(gaps, len(bits))
        if len(at) * self.width != len(corrections):
            raise CorruptStream("There are more or fewer corrections than places for them")
        bits[at] += _unfolded(words(corrections, self.width))
        return flat(bits)


def _folded(numbers: Any) -> Any:
    """Zigzag coded: small numbers of either sign become small ones."""
    signed = numbers.view(numbers.dtype.str.replace("u", "i"))
    return ((signed << 1) ^ (signed >> (8 * numbers.dtype.itemsize - 1))).view(numbers.dtype)


def _unfolded(numbers: Any) -> Any:
    return (numbers >> 1) ^ (~(numbers & 1) + 1)
