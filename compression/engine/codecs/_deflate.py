"""What zlib, gzip and raw deflate share: one algorithm in three wrappings."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs.base import OVERHEAD, Codec
from compression.engine.codecs.members import Decompressor, compressed, decoded
from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.limits import KiB, Limits

STRATEGIES = {
    "default": zlib.Z_DEFAULT_STRATEGY,
    "filtered": zlib.Z_FILTERED,
    "huffman_only": zlib.Z_HUFFMAN_ONLY,
    "rle": zlib.Z_RLE,
    "fixed": zlib.Z_FIXED,
}


class Inflater:
    """zlib's decompressor in the shape of those of bz2 and lzma."""

    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail or data, max_length)


@dataclass(frozen=True)
class DeflateCodec(Codec):
    """Base of the three wrappings, which `wrapping` tells apart in the manner of zlib's `wbits`."""

    family: ClassVar[str] = "deflate"
    colour: ClassVar[str] = "c1"
    library_errors: ClassVar[tuple[type[Exception], ...]] = (zlib.error,)
    speeds: ClassVar[dict[int, float]] = {0: 2000, 1: 110, 3: 88, 4: 84, 6: 41, 8: 20, 9: 15}

    level: int = parameter(Integer("Level", 0, 9, help="0 stores, 1 is fast, 9 is small."), default=6)
    window_log: int = parameter(
        Integer("Window", 9, 15, help="How far back repetitions are found: 2 to this power bytes."),
        default=15,
    )
    memory_level: int = parameter(
        Integer("Memory level", 1, 9, help="More memory for the search is faster and smaller."), default=8
    )
    strategy: str = parameter(
        Choice("Strategy", tuple(STRATEGIES), help="What the data are like; default suits most."),
        default="default",
    )

    def _wbits(self, window_log: int) -> int:
        raise NotImplementedError

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        strategy = STRATEGIES[self.strategy]
        wbits = self._wbits(self.window_log)
        return compressed(
            zlib.compressobj(self.level, zlib.DEFLATED, wbits, self.memory_level, strategy), chunks
        )

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        return decoded(reader, self._inflater)

    def _inflater(self) -> Decompressor:
        return Inflater(self._wbits(zlib.MAX_WBITS))

    def memory_estimate(self, size: int | None = None) -> int:
        return OVERHEAD + 512 * KiB
