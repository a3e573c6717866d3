"""A stream of one value only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, parameter
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import Array, Stream
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer


@transform
@dataclass(frozen=True)
class Same(Transform):
    """The same `width` bytes again and again: they and their number are in the note, and no stream is left."""

    id: ClassVar[str] = "same"
    code: ClassVar[int] = 83
    title: ClassVar[str] = "one value again and again"
    encode_mb_s: ClassVar[float] = 2000
    decode_mb_s: ClassVar[float] = 3000

    width: int = parameter(Integer("Width", 1, 4096), default=1)

    @property
    def outputs(self) -> int:
        return 0

    def encode(self, stream: Stream) -> Encoded:
        first, rest = stream.data[: self.width], stream.data[self.width :]
        if stream.size % self.width or not np.array_equal(
            rest, stream.data[: -self.width or None][: len(rest)]
        ):
            raise Unfit("There are different values")
        writer = Writer()
        writer.number(stream.size // self.width)
        writer.data += first.tobytes()
        return Encoded([], bytes(writer.data))

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        reader = Reader(note)
        count = reader.number(most // self.width)
        value = np.frombuffer(reader.rest(), np.uint8)
        if count and len(value) != self.width:
            raise CorruptStream("A value that recurs has another width than it states")
        return np.tile(value, count)
