"""Byte planes: first the lowest byte of every number, then the next; each plane is far more alike than the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, parameter
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import Array, Kind, Stream, flat
from compression.engine.transforms.base import Encoded, Transform, transform


@transform
@dataclass(frozen=True)
class Planes(Transform):
    """The bytes of elements of `width` bytes, sorted by their place: one stream for each place."""

    id: ClassVar[str] = "planes"
    code: ClassVar[int] = 2
    title: ClassVar[str] = "byte planes"
    encode_mb_s: ClassVar[float] = 1200
    decode_mb_s: ClassVar[float] = 1200

    width: int = parameter(Integer("Width", 1, 4096), default=4)

    @property
    def outputs(self) -> int:
        return self.width

    def cut(self, data: Array) -> int:
        return len(data) // self.width * self.width

    def encode(self, stream: Stream) -> Encoded:
        if stream.size % self.width:
            raise Unfit(f"{stream.size} bytes are no elements of {self.width} bytes")
        rows = stream.data.reshape(-1, self.width).T.copy()
        return Encoded([Stream(row, 1, Kind.CODED, f"{stream.label} byte {n}") for n, row in enumerate(rows)])

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        if len({len(plane) for plane in streams}) > 1:
            raise CorruptStream("The planes of a stream have different lengths")
        return flat(np.stack(streams, axis=1))
