"""pcodec (pco): numbers by their distribution, after delta or a common multiple where that pays."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from pcodec import ChunkConfig, standalone

from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.codecs.reader import Bytes
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.leaves.base import Leaf, leaf
from compression.engine.streams import Array, flat

TYPES = {
    "u2": "<u2",
    "u4": "<u4",
    "u8": "<u8",
    "i2": "<i2",
    "i4": "<i4",
    "i8": "<i8",
    "f4": "<f4",
    "f8": "<f8",
}


@leaf
@dataclass(frozen=True)
class PcodecLeaf(Leaf):
    """A standalone pcodec file of one chunk."""

    id: ClassVar[str] = "pcodec"
    code: ClassVar[int] = 7
    title: ClassVar[str] = "pcodec"
    encode_mb_s: ClassVar[float] = 60
    decode_mb_s: ClassVar[float] = 900
    library_errors: ClassVar[tuple[type[Exception], ...]] = (RuntimeError, ValueError, TypeError)

    type: str = parameter(Choice("Type of the numbers", tuple(TYPES)), default="u4")
    level: int = parameter(Integer("Level", 1, 12), default=8)

    def encode(self, data: Array) -> bytes:
        kind = np.dtype(TYPES[self.type])
        if len(data) % kind.itemsize:
            raise Unfit(f"{len(data)} bytes are no numbers of {kind.itemsize} bytes")
        numbers: Any = np.require(data.view(kind), requirements="A")
        return bytes(standalone.simple_compress(numbers, ChunkConfig(compression_level=self.level)))

    def _decode(self, encoded: Bytes, size: int) -> Array:
        kind = np.dtype(TYPES[self.type])
        if size % kind.itemsize:
            raise CorruptStream("A stream of numbers has a part of one")
        numbers = np.zeros(size // kind.itemsize, kind)
        progress = standalone.simple_decompress_into(bytes(encoded), numbers)
        if progress.n_processed != len(numbers) or not progress.finished:
            raise CorruptStream("A stream of numbers has another count than it states")
        return flat(numbers)
