"""What transforms from strings to numbers have in common: the least number and the step between them are set apart."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compression.engine import strings
from compression.engine.codecs.params import Integer, parameter
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import WIDTHS, Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform
from compression.engine.wire import Reader, Writer

MIN_FITTING = 0.2
"""Of the strings at least this part must be numbers of the form that a transform is for."""

MIN_ROOM = 0.9
"""Of the numbers at least this part must have room; content that the width was not chosen for may have larger ones."""


@dataclass(frozen=True)
class Numeric(Transform):
    """Strings as whole numbers of `width` bytes: (number - least) / step, both in the note. Others are kept aside.

    Streams: the numbers; how many of them are before each string that is kept aside; these strings.
    """

    width: int = parameter(Integer("Width", 1, 8), default=4)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width not in WIDTHS:
            raise InvalidParams(f"Width must be one of {WIDTHS}", field="width")

    @property
    def outputs(self) -> int:
        return 3

    @abstractmethod
    def parse(self, data: Array, ends: Any) -> tuple[Any, Any]:
        """For each string its number (int64), and 1 where it is one that `write` makes the same string of, else 0."""

    @abstractmethod
    def write(self, numbers: Any, most: int) -> Array:
        """The strings of these numbers (int64), at most so many bytes; raises CorruptStream."""

    def encode(self, stream: Stream) -> Encoded:
        data = np.array(stream.data)
        ends = strings.ends(data)
        numbers, fits = self.parse(data, ends)
        read = np.count_nonzero(fits)
        if not read or read < MIN_FITTING * len(ends):
            raise Unfit("Most of the strings are not of this form")
        least, step = self.scale(numbers, fits)
        if np.count_nonzero(fits) < MIN_ROOM * read:
            raise Unfit(f"The numbers have no room in {self.width} bytes")
        scaled = (numbers[fits.view(bool)] - np.int64(least)).view(np.uint64) // np.uint64(step)
        writer = Writer()
        writer.signed(least)
        writer.number(step)
        values = Stream(flat(scaled.astype(f"<u{self.width}")), self.width, Kind.NUMBERS, stream.label)
        _, aside = strings.part(data, ends, fits, stream.label)
        return Encoded([values, *aside], bytes(writer.data))

    def scale(self, numbers: Any, fits: Any) -> tuple[int, int]:
        """The least number and the step. Where not all numbers have room, those around the median have."""
        from compression.engine.kernels import decimals

        fitting = numbers[fits.view(bool)]
        least, room = int(fitting.min()), (1 << 8 * self.width) - 1
        offsets = (fitting - np.int64(least)).view(np.uint64)
        step = int(decimals.step(offsets)) or 1
        if int(offsets.max()) // step <= room:
            return least, step
        median = int(np.partition(fitting, len(fitting) // 2)[len(fitting) // 2])
        least = max(median - room // 2, -(1 << 63))
        fits &= (numbers - np.int64(least)).view(np.uint64) <= np.uint64(room)
        return least, 1

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        values, gaps, others = streams
        if len(values) % self.width:
            raise CorruptStream("A column of numbers has a part of one")
        reader = Reader(note)
        least, step = reader.signed(), reader.number()
        reader.finish()
        numbers = words(values, self.width).astype(np.uint64) * np.uint64(step)
        return strings.merge(self.write(numbers.view(np.int64) + np.int64(least), most), gaps, others, most)
