"""bzip3: block sorting with a context-mixing coder. The file format is walked here, one block at a time.

A file is `BZ3v1`, the largest block's size, and blocks: compressed size, original size, data (32-bit little endian).
It has no end mark: a file cut between two blocks looks whole.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import bz3.backends

from compression.engine.codecs._crc32c import remainder
from compression.engine.codecs.base import OVERHEAD, Codec
from compression.engine.codecs.params import Integer, parameter
from compression.engine.codecs.reader import ByteReader, Bytes, sliced
from compression.engine.codecs.registry import register
from compression.engine.errors import CorruptStream
from compression.engine.limits import KiB, Limits, MiB

library: Any = bz3.backends  # its stubs name less than it has

MAGIC = b"BZ3v1"
CHECKSUM_START = 1
MIN_BLOCK, MAX_BLOCK = 65 * KiB, 511 * MiB


def working_memory(block_size: int) -> int:
    """Bytes that one direction takes: the library's state, its buffer, and the block's copies in Python."""
    return int(library.min_memory_needed(block_size)) + 5 * block_size


@register
@dataclass(frozen=True)
class Bzip3(Codec):
    """What `bzip3 -d` reads."""

    id: ClassVar[str] = "bzip3"
    family: ClassVar[str] = "bzip3"
    title: ClassVar[str] = "bzip3"
    description: ClassVar[str] = "Block sorting of large blocks: among the smallest on text, slow both ways."
    extension: ClassVar[str] = ".bz3"
    media_type: ClassVar[str] = "application/x-bzip3"
    colour: ClassVar[str] = "c4"
    self_ending: ClassVar[bool] = False
    library_errors: ClassVar[tuple[type[Exception], ...]] = (ValueError,)
    speeds: ClassVar[dict[int, float]] = {0: 14}

    block_mib: int = parameter(
        Integer("Block size", 1, 511, help="In MiB. Larger is smaller; memory is about 15 times as much."),
        default=16,
    )

    def _block_size(self, size: int | None) -> int:
        """Bytes of a block; no larger than the input needs, for memory's sake."""
        block = self.block_mib * MiB
        return block if size is None else min(block, max(MIN_BLOCK, size))

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        compressor = library.BZ3Compressor(self._block_size(size))
        yield compressor.compress(b"")  # the header, also of an empty file
        for chunk in chunks:
            yield from sliced(compressor.compress(chunk))
        yield from sliced(compressor.flush())

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        header = bytes(reader.exactly(len(MAGIC) + 4))
        (block_size,) = struct.unpack("<I", header[len(MAGIC) :])
        if not header.startswith(MAGIC) or not MIN_BLOCK <= block_size <= MAX_BLOCK:
            raise CorruptStream("This is no sound bzip3 stream: its header is wrong")
        limits.check_memory(working_memory(block_size))
        decompressor = library.BZ3Decompressor()
        decompressor.decompress(header)
        while not reader.at_end():
            block = self._block(reader, block_size)
            content = decompressor.decompress(block)
            self._compare(block, content)
            yield from sliced(content)

    @staticmethod
    def _block(reader: ByteReader, block_size: int) -> bytes:
        """The next block with its two sizes."""
        sizes = bytes(reader.exactly(8))
        packed, original = struct.unpack("<II", sizes)
        if packed > library.bound(block_size) or original > block_size:
            raise CorruptStream("This is no sound bzip3 stream: a block is larger than its header says")
        return sizes + bytes(reader.exactly(packed))

    @staticmethod
    def _compare(block: bytes, content: bytes) -> None:
        """The library checks what it decoded, and gives out as much of its memory as the block says that it holds."""
        if remainder(content, CHECKSUM_START) != int.from_bytes(block[8:12], "little"):
            raise CorruptStream("This is no sound bzip3 stream: a block has another size than it states")

    def frame_bytes(self) -> int:
        return self.block_mib * MiB

    def joined(self, encoded: bytes, index: int) -> Bytes:
        return memoryview(encoded)[len(MAGIC) + 4 if index else 0 :]

    def memory_estimate(self, size: int | None = None) -> int:
        return OVERHEAD + 2 * working_memory(self._block_size(size))
