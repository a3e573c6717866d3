"""The rows of a PNG image: pixels without the filters that PNG has put on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, parameter
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import Array, Kind, Stream
from compression.engine.transforms.base import Encoded, Transform, transform


@transform
@dataclass(frozen=True)
class Scanlines(Transform):
    """Rows of `row` bytes, each with the number of its filter before it: pixels, filters, and an incomplete row.

    A pixel has `channels` numbers of `width` bytes, 2 with the highest first. Where it has less than a byte, `channels`
    is 1.
    """

    id: ClassVar[str] = "scanlines"
    code: ClassVar[int] = 101
    title: ClassVar[str] = "pixels of a PNG image"
    encode_mb_s: ClassVar[float] = 150
    decode_mb_s: ClassVar[float] = 150

    row: int = parameter(Integer("Bytes of a row", 1, 1 << 24), default=1)
    channels: int = parameter(Integer("Channels", 1, 4), default=3)
    width: int = parameter(Integer("Width", 1, 2), default=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.row % self.width:
            raise InvalidParams("A row has whole numbers", field="row")

    @property
    def outputs(self) -> int:
        return 3

    def encode(self, stream: Stream) -> Encoded:
        from compression.engine.kernels.scanlines import unfilter

        count = stream.size // (self.row + 1)
        if not count:
            raise Unfit("There is no whole row")
        lines = stream.data[: count * (self.row + 1)].reshape(count, self.row + 1)
        kinds, rows = lines[:, 0].copy(), lines[:, 1:].copy()
        unfilter(kinds, rows, self.channels * self.width)
        lags = (self.channels, self.row // self.width)
        return Encoded(
            [
                Stream(self._turned(rows), self.width, Kind.NUMBERS, "pixels", lags),
                Stream(kinds, 1, Kind.SYMBOLS, "filters"),
                Stream(stream.data[lines.size :], label="behind the image"),
            ]
        )

    def _turned(self, rows: Array) -> Array:
        """The bytes of each number the other way around."""
        return rows.reshape(-1) if self.width == 1 else rows.reshape(-1, self.width)[:, ::-1].reshape(-1)

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        from compression.engine.kernels.scanlines import refilter

        pixels, kinds, rest = streams
        if len(pixels) != len(kinds) * self.row:
            raise CorruptStream("An image has another number of rows than of filters")
        lines = np.empty((len(kinds), self.row + 1), np.uint8)
        rows = self._turned(pixels).copy().reshape(len(kinds), self.row)
        refilter(kinds.copy(), rows, self.channels * self.width)
        lines[:, 0], lines[:, 1:] = kinds, rows
        return np.concatenate([lines.reshape(-1), rest])


def header(content: bytes) -> Scanlines | None:
    """The rows that a PNG image has by its header; None where it is interlaced, or no PNG."""
    if len(content) < 33 or content[12:16] != b"IHDR" or content[28]:
        return None
    across = int.from_bytes(content[16:20], "big")
    depth, colour = content[24], content[25]
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 0)
    row = (across * depth * channels + 7) // 8
    if not channels or depth not in (1, 2, 4, 8, 16) or not 0 < row <= 1 << 24:
        return None
    return Scanlines(row=row, channels=channels, width=max(depth // 8, 1))
