"""LZ4 blocks: matches alone, decoded at the speed of memory."""

from dataclasses import dataclass
from typing import ClassVar

import lz4.block

from compression.engine.codecs.params import Integer, parameter
from compression.engine.codecs.reader import Bytes
from compression.engine.leaves.base import Leaf, leaf
from compression.engine.streams import Array


@leaf
@dataclass(frozen=True)
class Lz4Leaf(Leaf):
    """An LZ4 block; levels above 2 search longer for the same format."""

    id: ClassVar[str] = "lz4"
    code: ClassVar[int] = 6
    title: ClassVar[str] = "LZ4"
    encode_mb_s: ClassVar[float] = 500
    decode_mb_s: ClassVar[float] = 2000
    library_errors: ClassVar[tuple[type[Exception], ...]] = (lz4.block.LZ4BlockError, ValueError)

    level: int = parameter(Integer("Level", 0, 12), default=0)

    @property
    def speeds(self) -> tuple[float, float]:
        return (500 if self.level < 3 else 40 if self.level < 10 else 12), self.decode_mb_s

    def encode(self, data: Array) -> bytes:
        if not len(data):
            return b""
        high = {"mode": "high_compression", "compression": self.level} if self.level >= 3 else {}
        return bytes(lz4.block.compress(data, store_size=False, **high))

    def _decode(self, encoded: Bytes, size: int) -> Bytes:
        if not size:
            return bytes(encoded)
        return bytes(lz4.block.decompress(encoded, uncompressed_size=size))
