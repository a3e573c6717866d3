"""Front coding: how much each string has in common with the one before, and the rest of it; for sorted strings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from compression.engine import strings
from compression.engine.errors import CorruptStream
from compression.engine.streams import Array, Kind, Stream
from compression.engine.transforms.base import Encoded, Transform, transform


@transform
@dataclass(frozen=True)
class Front(Transform):
    """For each string the number of first bytes, at most 255, that are those of the string before; and what follows."""

    id: ClassVar[str] = "front"
    code: ClassVar[int] = 25
    title: ClassVar[str] = "strings without what they have in common with the one before"
    encode_mb_s: ClassVar[float] = 250
    decode_mb_s: ClassVar[float] = 400

    @property
    def outputs(self) -> int:
        return 2

    def encode(self, stream: Stream) -> Encoded:
        from compression.engine.kernels import strings as kernels

        data = np.array(stream.data)
        ends = strings.ends(data)
        shared, rests = np.empty(len(ends), np.uint8), np.empty(len(data), np.uint8)
        size = kernels.front(data, ends, shared, rests)
        return Encoded(
            [
                Stream(rests[:size], 1, Kind.STRINGS, f"rests of {stream.label}"),
                Stream(shared, 1, Kind.NUMBERS, f"shared beginnings of {stream.label}"),
            ]
        )

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        from compression.engine.kernels import strings as kernels

        rests, shared = streams
        size = len(rests) + int(shared.sum(dtype=np.int64))
        if size > most:
            raise CorruptStream("The strings of a column are larger than possible")
        out = np.empty(size, np.uint8)
        if kernels.unfront(np.array(shared), np.array(rests), out) != size:
            raise CorruptStream("The beginnings of strings do not fit to the rests")
        return out
