"""Tokens: the different values of a stream once, in order, and for each element the number of its value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, parameter
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import WIDTHS, Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform, transform


@transform
@dataclass(frozen=True)
class Tokens(Transform):
    """Whole numbers of `width` bytes as indices of `index` bytes into the sorted list of those that occur."""

    id: ClassVar[str] = "tokens"
    code: ClassVar[int] = 4
    title: ClassVar[str] = "a list of the values, and their numbers"
    encode_mb_s: ClassVar[float] = 60
    decode_mb_s: ClassVar[float] = 900

    width: int = parameter(Integer("Width", 1, 8), default=4)
    index: int = parameter(Integer("Width of an index", 1, 4), default=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width not in WIDTHS or self.index not in WIDTHS:
            raise InvalidParams(f"Widths must be of {WIDTHS}", field="width")

    @property
    def outputs(self) -> int:
        return 2

    def cut(self, data: Array) -> int:
        return len(data) // self.width * self.width

    def encode(self, stream: Stream) -> Encoded:
        if stream.size % self.width:
            raise Unfit(f"{stream.size} bytes are no numbers of {self.width} bytes")
        numbers: Any = words(stream.data, self.width)
        values, indices = np.unique(numbers, return_inverse=True)
        if len(values) > 1 << 8 * self.index:
            raise Unfit(f"{len(values)} different values are too many for an index of {self.index} bytes")
        listed = Stream(flat(values), self.width, Kind.NUMBERS, f"values of {stream.label}")
        numbered = Stream(flat(indices.astype(f"<u{self.index}")), self.index, Kind.SYMBOLS, stream.label)
        return Encoded([listed, numbered])

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        listed, numbered = streams
        if len(listed) % self.width or len(numbered) % self.index:
            raise CorruptStream("A list of values or of their numbers has a part of one")
        values: Any = words(listed, self.width)
        indices: Any = words(numbered, self.index)
        if len(indices) * self.width > most or (len(indices) and int(indices.max()) >= len(values)):
            raise CorruptStream("The number of a value is larger than there are values")
        return flat(values[indices])
