"""Differences of whole numbers: what grows or moves slowly becomes small."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import WIDTHS, Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform, transform


@transform
@dataclass(frozen=True)
class Delta(Transform):
    """Each number minus (or xor) the one `lag` numbers before it, wrapping around; the first `lag` stay.

    `folded` is minus with the result zigzag coded: small numbers of either sign become small ones without a sign.
    """

    id: ClassVar[str] = "delta"
    code: ClassVar[int] = 1
    title: ClassVar[str] = "differences of neighbours"
    encode_mb_s: ClassVar[float] = 1800
    decode_mb_s: ClassVar[float] = 700

    width: int = parameter(Integer("Width", 1, 8), default=1)
    lag: int = parameter(Integer("Lag", 1, 1 << 20), default=1)
    by: str = parameter(Choice("Difference", ("minus", "folded", "xor")), default="minus")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width not in WIDTHS:
            raise InvalidParams(f"Width must be one of {WIDTHS}", field="width")

    def cut(self, data: Array) -> int:
        return len(data) // self.width * self.width

    def encode(self, stream: Stream) -> Encoded:
        if stream.size % self.width:
            raise Unfit(f"{stream.size} bytes are no numbers of {self.width} bytes")
        numbers: Any = words(stream.data, self.width)
        changed = numbers.copy()
        if self.by == "xor":
            changed[self.lag :] ^= numbers[: -self.lag]
        else:
            changed[self.lag :] -= numbers[: -self.lag]
        if self.by == "folded":
            signed = changed.view(f"<i{self.width}")
            changed = ((signed << 1) ^ (signed >> (8 * self.width - 1))).view(changed.dtype)
        return Encoded([Stream(flat(changed), self.width, Kind.NUMBERS, stream.label)])

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        (data,) = streams
        if len(data) % self.width:
            raise CorruptStream("A stream of differences has a part of a number")
        changed: Any = words(data, self.width)
        if self.by == "folded":
            changed = (changed >> 1) ^ (~(changed & 1) + 1)
        add = np.bitwise_xor if self.by == "xor" else np.add
        return flat(_summed(changed, self.lag, add))


def _summed(values: Any, lag: int, add: np.ufunc) -> Any:
    """Running sums of the numbers that are `lag` apart, in their own type."""
    if lag == 1 or lag >= len(values):
        return add.accumulate(values, dtype=values.dtype) if lag == 1 else values
    rows = -(-len(values) // lag)
    padded = np.zeros(rows * lag, values.dtype)
    padded[: len(values)] = values
    summed = add.accumulate(padded.reshape(rows, lag), axis=0, dtype=values.dtype)
    return summed.reshape(-1)[: len(values)]
