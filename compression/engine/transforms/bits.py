"""Bit planes: first the lowest bit of every number, then the next, eight to a byte."""

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
class BitPlanes(Transform):
    """Numbers of `width` bytes as their bit planes, the highest first; the last ones, fewer than eight, apart."""

    id: ClassVar[str] = "bits"
    code: ClassVar[int] = 5
    title: ClassVar[str] = "bit planes"
    encode_mb_s: ClassVar[float] = 80
    decode_mb_s: ClassVar[float] = 80

    width: int = parameter(Integer("Width", 1, 8), default=2)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width not in WIDTHS:
            raise InvalidParams(f"Width must be one of {WIDTHS}", field="width")

    @property
    def outputs(self) -> int:
        return 2

    def cut(self, data: Array) -> int:
        return len(data) // self.width * self.width

    def encode(self, stream: Stream) -> Encoded:
        if stream.size % self.width:
            raise Unfit(f"{stream.size} bytes are no numbers of {self.width} bytes")
        end = stream.size // (8 * self.width) * 8 * self.width
        numbers: Any = words(stream.data[:end], self.width)
        planes = [
            np.packbits((numbers >> numbers.dtype.type(bit) & numbers.dtype.type(1)).astype(np.uint8))
            for bit in reversed(range(8 * self.width))
        ]
        packed = Stream(np.concatenate(planes), 1, Kind.CODED, f"bits of {stream.label}")
        return Encoded([packed, Stream(stream.data[end:], 1, Kind.CODED)])

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        packed, rest = streams
        bits = 8 * self.width
        if len(packed) % bits:
            raise CorruptStream("Bit planes have different lengths")
        planes = np.unpackbits(packed.reshape(bits, len(packed) // bits), axis=1)
        numbers = np.zeros(planes.shape[1], f"<u{self.width}")
        for plane in planes:
            numbers <<= 1
            numbers |= plane
        return np.concatenate([flat(numbers), rest])
