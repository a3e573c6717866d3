"""LZ4 frames: frames may follow each other, skippable frames are skipped."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import lz4.frame

from compression.engine.codecs.base import OVERHEAD, Codec
from compression.engine.codecs.members import decoded_all
from compression.engine.codecs.params import Choice, Flag, Integer, parameter
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.codecs.registry import register
from compression.engine.limits import Limits, MiB

BLOCK_SIZES = {
    "64KiB": lz4.frame.BLOCKSIZE_MAX64KB,
    "256KiB": lz4.frame.BLOCKSIZE_MAX256KB,
    "1MiB": lz4.frame.BLOCKSIZE_MAX1MB,
    "4MiB": lz4.frame.BLOCKSIZE_MAX4MB,
}


class FrameDecompressor:
    """The library's decompressor of one frame, which has None where others have no unused data."""

    def __init__(self) -> None:
        self._inner = lz4.frame.LZ4FrameDecompressor()

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def needs_input(self) -> bool:
        return bool(self._inner.needs_input)

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data or b""

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        return bytes(self._inner.decompress(data, max_length))


@register
@dataclass(frozen=True)
class Lz4(Codec):
    """What `lz4 -d` reads."""

    id: ClassVar[str] = "lz4"
    family: ClassVar[str] = "lz4"
    title: ClassVar[str] = "LZ4"
    description: ClassVar[str] = (
        "As fast as memory to unpack, modest in size; from 3 up it packs slowly and smaller."
    )
    extension: ClassVar[str] = ".lz4"
    media_type: ClassVar[str] = "application/x-lz4"
    colour: ClassVar[str] = "c1"
    library_errors: ClassVar[tuple[type[Exception], ...]] = (RuntimeError, ValueError)
    speeds: ClassVar[dict[int, float]] = {-10: 770, 1: 600, 2: 600, 3: 110, 6: 70, 9: 45, 12: 18}

    level: int = parameter(
        Integer("Level", -10, 12, help="Negative levels are the fastest, 3 to 12 search harder."), default=1
    )
    block_size: str = parameter(
        Choice("Block size", tuple(BLOCK_SIZES), help="Larger is smaller."), default="4MiB"
    )
    linked: bool = parameter(
        Flag("Linked blocks", help="Blocks may repeat content of those before: smaller, no random access."),
        default=True,
    )
    checksum: bool = parameter(
        Flag("Checksum", help="Store a checksum of the content (4 bytes)."), default=True
    )
    block_checksum: bool = parameter(
        Flag("Block checksums", help="Store a checksum of each compressed block."), default=False
    )
    content_size: bool = parameter(
        Flag("Content size", help="Store the size of the content in the header, where it is known."),
        default=True,
    )

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        compressor = lz4.frame.LZ4FrameCompressor(
            block_size=BLOCK_SIZES[self.block_size],
            block_linked=self.linked,
            compression_level=self.level,
            content_checksum=self.checksum,
            block_checksum=self.block_checksum,
        )
        yield compressor.begin(source_size=(size or 0) if self.content_size else 0)
        for chunk in chunks:
            yield compressor.compress(chunk)
        yield compressor.flush()

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        return decoded_all(reader, FrameDecompressor)

    def frame_bytes(self) -> int:
        return 16 * MiB

    def memory_estimate(self, size: int | None = None) -> int:
        return OVERHEAD + 32 * MiB
