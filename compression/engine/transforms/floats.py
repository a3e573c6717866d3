"""The bits of floating-point numbers in an order that suits numbers: by value, or with the exponent as one byte."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform, transform


@transform
@dataclass(frozen=True)
class FloatBits(Transform):
    """Floats of `width` bytes as whole numbers.

    `order`: negative ones below positive ones, so that near values are near numbers. `exponent`: the sign moves from
    the highest bit to the lowest; in floats of 4 bytes the exponent is then a byte of its own.
    """

    id: ClassVar[str] = "float-bits"
    code: ClassVar[int] = 84
    title: ClassVar[str] = "floating-point numbers as whole ones"
    encode_mb_s: ClassVar[float] = 700
    decode_mb_s: ClassVar[float] = 700

    width: int = parameter(Integer("Width", 2, 8), default=4)
    by: str = parameter(Choice("Arrangement", ("order", "exponent")), default="order")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width not in (2, 4, 8):
            raise InvalidParams("Floats have 2, 4 or 8 bytes", field="width")

    def encode(self, stream: Stream) -> Encoded:
        if stream.size % self.width:
            raise Unfit(f"{stream.size} bytes are no numbers of {self.width} bytes")
        bits: Any = words(stream.data, self.width)
        top = bits.dtype.type(8 * self.width - 1)
        sign = bits >> top
        if self.by == "exponent":
            changed = (bits << 1) | sign
        else:
            # All bits of negative numbers are turned, of others only the sign.
            changed = bits ^ ((~sign + 1) | (bits.dtype.type(1) << top))
        return Encoded([Stream(flat(changed), self.width, Kind.NUMBERS, stream.label, stream.lags)])

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        (data,) = streams
        if len(data) % self.width:
            raise CorruptStream("A stream of numbers has a part of one")
        changed: Any = words(data, self.width)
        top = changed.dtype.type(8 * self.width - 1)
        if self.by == "exponent":
            return flat((changed >> 1) | (changed << top))
        positive = changed >> top
        return flat(changed ^ ((positive - 1) | (changed.dtype.type(1) << top)))
