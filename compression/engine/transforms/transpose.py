"""Rows and columns exchanged: what stands under each other comes together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, parameter
from compression.engine.errors import CorruptStream
from compression.engine.streams import Array, Kind, Stream
from compression.engine.transforms.base import Encoded, Transform, transform

MAX_ROW = 1 << 20


@transform
@dataclass(frozen=True)
class Transpose(Transform):
    """Rows of `row` bytes as their columns, one after the other; what is left at the end stays behind them."""

    id: ClassVar[str] = "transpose"
    code: ClassVar[int] = 63
    title: ClassVar[str] = "columns instead of rows"
    encode_mb_s: ClassVar[float] = 400
    decode_mb_s: ClassVar[float] = 400

    row: int = parameter(Integer("Bytes in a row", 2, MAX_ROW), default=2)

    def cut(self, data: Array) -> int:
        return len(data) // self.row * self.row

    def encode(self, stream: Stream) -> Encoded:
        whole = stream.size // self.row * self.row
        columns = stream.data[:whole].reshape(-1, self.row).T.reshape(-1)
        return Encoded([Stream(np.concatenate([columns, stream.data[whole:]]), 1, Kind.CODED, stream.label)])

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        (data,) = streams
        if len(data) > most:
            raise CorruptStream("Columns have more bytes than are possible")
        whole = len(data) // self.row * self.row
        rows = data[:whole].reshape(self.row, -1).T.reshape(-1)
        return np.concatenate([rows, data[whole:]])
