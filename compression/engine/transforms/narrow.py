"""Whole numbers within a small range, in fewer bytes: from their least on, in steps of what all are multiples of."""

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

MOST_ASIDE = 0.1
BLOCK = 4096


@transform
@dataclass(frozen=True)
class Narrow(Transform):
    """Whole numbers of `width` bytes as ones of `narrow` bytes: the number minus the least, divided by the step.

    Both are in the note. The few numbers that are outside of the range of most are kept aside: streams two and three
    have where and which; in the first such a number is as the one before.
    """

    id: ClassVar[str] = "narrow"
    code: ClassVar[int] = 81
    title: ClassVar[str] = "numbers from their least on, in fewer bytes"
    encode_mb_s: ClassVar[float] = 300
    decode_mb_s: ClassVar[float] = 1200

    width: int = parameter(Integer("Width", 1, 8), default=8)
    narrow: int = parameter(Integer("Width of what comes out", 1, 8), default=4)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width not in WIDTHS or self.narrow not in WIDTHS or self.narrow > self.width:
            raise InvalidParams(f"Widths must be of {WIDTHS}, the second at most the first", field="narrow")

    @property
    def outputs(self) -> int:
        return 3

    def encode(self, stream: Stream) -> Encoded:
        if stream.size % self.width:
            raise Unfit(f"{stream.size} bytes are no numbers of {self.width} bytes")
        numbers: Any = words(stream.data, self.width)
        least, outside = self._window(numbers)
        from_least = numbers - numbers.dtype.type(least)
        at = np.flatnonzero(outside)
        if len(at):
            from_least = aside.filled(from_least, outside)
        step = _step(from_least)
        if step > 1:
            from_least //= numbers.dtype.type(step)
        writer = Writer()
        writer.signed(least - (least >> (8 * self.width - 1) << 8 * self.width))
        writer.number(step)
        return Encoded(
            [
                Stream(flat(from_least.astype(f"<u{self.narrow}")), self.narrow, Kind.NUMBERS, stream.label),
                aside.gaps(at, stream.label),
                Stream(flat(numbers[at]), self.width, Kind.NUMBERS, f"others of {stream.label}"),
            ],
            bytes(writer.data),
        )

    def _window(self, numbers: Any) -> tuple[int, Any]:
        """The least of the range that is kept, and which numbers are outside of it."""
        if not len(numbers):
            return 0, np.zeros(0, bool)
        reach = (1 << 8 * self.narrow) - 1
        signed = numbers.view(f"<i{self.width}")
        ends = [(int(some.min()), int(some.max())) for some in (numbers, signed)]
        least, largest = min(ends, key=lambda pair: pair[1] - pair[0])
        if largest - least > reach:
            least = _fullest(np.sort(signed[:: max(1, len(signed) // BLOCK)]), reach)
        least &= (1 << 8 * self.width) - 1
        outside = (numbers - numbers.dtype.type(least)) > numbers.dtype.type(reach)
        if np.count_nonzero(outside) > MOST_ASIDE * len(numbers) + 1:
            raise Unfit("Too many numbers are outside of any range so small")
        return least, outside

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        data, gaps, others = streams
        if len(data) % self.narrow or len(others) % self.width:
            raise CorruptStream("A stream of numbers has a part of one")
        if len(data) // self.narrow * self.width > most:
            raise CorruptStream("There are more numbers than the content can have")
        reader = Reader(note)
        limit = (1 << 8 * self.width) - 1
        least, step = reader.signed() & limit, reader.number(limit)
        numbers: Any = words(data, self.narrow).astype(f"<u{self.width}")
        numbers *= numbers.dtype.type(step)
        numbers += numbers.dtype.type(least)
        at = aside.places(gaps, len(numbers))
        if len(at) * self.width != len(others):
            raise CorruptStream("There are more or fewer numbers kept aside than places for them")
        numbers[at] = words(others, self.width)
        return flat(numbers)


def _fullest(ordered: Any, reach: int) -> int:
    """Where the range of this reach begins that holds most of the ordered numbers."""
    with np.errstate(over="ignore"):
        ends = ordered + np.int64(min(reach, (1 << 62) - 1)).astype(ordered.dtype)
    largest = np.iinfo(ordered.dtype).max
    ends = np.where(ends < ordered, largest, ends)
    held = np.searchsorted(ordered, ends, side="right") - np.arange(len(ordered))
    best = int(held.argmax())
    # As much room below the least of the sample as there is above the largest.
    last = int(ordered[best + int(held[best]) - 1])
    lowest = int(np.iinfo(ordered.dtype).min)
    return max(lowest, int(ordered[best]) - (reach - (last - int(ordered[best]))) // 2)


def _step(numbers: Any) -> int:
    """The greatest number that all are multiples of; 1 where there is none."""
    step = 0
    for start in range(0, len(numbers), BLOCK):
        step = int(np.gcd.reduce(numbers[start : start + BLOCK], initial=step))
        if step == 1:
            break
    return max(step, 1)
