"""Zstandard frames without magic number, size and checksum."""

from dataclasses import dataclass
from typing import Any, ClassVar

from compression.engine.codecs.params import Integer, parameter
from compression.engine.codecs.reader import Bytes
from compression.engine.codecs.zstd import zstd
from compression.engine.leaves.base import Leaf, leaf
from compression.engine.streams import Array

MAGIC = b"\x28\xb5\x2f\xfd"
WINDOW_LOG = 25
"""The largest window that a decoder is asked to have: 32 MiB."""
SPEEDS = {1: 350, 3: 180, 6: 65, 9: 32, 12: 15, 15: 8, 17: 4, 19: 2.4, 22: 2}
"""Encoding speed in MB/s by level."""


@leaf
@dataclass(frozen=True)
class ZstdLeaf(Leaf):
    """Matches and entropy coding: decodes fast at any level."""

    id: ClassVar[str] = "zstd"
    code: ClassVar[int] = 2
    title: ClassVar[str] = "Zstandard"
    decode_mb_s: ClassVar[float] = 800
    library_errors: ClassVar[tuple[type[Exception], ...]] = (zstd.ZstdError,)

    level: int = parameter(Integer("Level", 1, 22), default=19)

    @property
    def speeds(self) -> tuple[float, float]:
        return next(speed for level, speed in SPEEDS.items() if level >= self.level), self.decode_mb_s

    def encode(self, data: Array) -> bytes:
        key = zstd.CompressionParameter
        options: dict[int, Any] = {key.compression_level: self.level, key.content_size_flag: 0}
        compressor = zstd.ZstdCompressor(options=options)
        return compressor.compress(data.data, zstd.ZstdCompressor.FLUSH_FRAME)[len(MAGIC) :]

    def _decode(self, encoded: Bytes, size: int) -> Bytes:
        options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: WINDOW_LOG}
        decompressor = zstd.ZstdDecompressor(options=options)
        # One byte more than there may be, so that a longer stream shows itself.
        data = decompressor.decompress(MAGIC + bytes(encoded), max_length=size + 1)
        complete = decompressor.eof and not decompressor.unused_data
        return data if complete or len(data) != size else b""
