"""Brotli: matches, context modelling and a built-in dictionary of words of the web."""

from dataclasses import dataclass
from typing import ClassVar

import brotli

from compression.engine.codecs.params import Integer, parameter
from compression.engine.codecs.reader import Bytes
from compression.engine.leaves.base import Leaf, leaf
from compression.engine.streams import Array

WINDOW_LOG = 24


@leaf
@dataclass(frozen=True)
class BrotliLeaf(Leaf):
    """A brotli stream."""

    id: ClassVar[str] = "brotli"
    code: ClassVar[int] = 4
    title: ClassVar[str] = "Brotli"
    encode_mb_s: ClassVar[float] = 0.6
    decode_mb_s: ClassVar[float] = 280
    library_errors: ClassVar[tuple[type[Exception], ...]] = (brotli.error,)

    quality: int = parameter(Integer("Quality", 0, 11), default=11)

    @property
    def speeds(self) -> tuple[float, float]:
        return (0.6 if self.quality > 10 else 1.5 if self.quality == 10 else 30), self.decode_mb_s

    def encode(self, data: Array) -> bytes:
        return bytes(brotli.compress(data, quality=self.quality, lgwin=WINDOW_LOG))

    def _decode(self, encoded: Bytes, size: int) -> Bytes:
        decompressor = brotli.Decompressor()
        pieces = [decompressor.process(bytes(encoded), output_buffer_limit=size + 1)]
        total = len(pieces[0])
        while total <= size and not decompressor.is_finished():
            piece = decompressor.process(b"", output_buffer_limit=size + 1 - total)
            if not piece:
                break
            pieces.append(piece)
            total += len(piece)
        return b"".join(pieces) if decompressor.is_finished() else b""
