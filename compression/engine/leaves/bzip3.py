"""bzip3 blocks: block sorting with a context-mixing coder."""

import struct
from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs.bzip3 import MAGIC, MIN_BLOCK, library, working_memory
from compression.engine.codecs.reader import Bytes
from compression.engine.leaves.base import Leaf, leaf
from compression.engine.streams import Array

HEADERS = len(MAGIC) + 4 + 8
"""Bytes before the data: of the file, and of its one block."""


@leaf
@dataclass(frozen=True)
class Bzip3Leaf(Leaf):
    """One block of any size, without the header of the file."""

    id: ClassVar[str] = "bzip3"
    code: ClassVar[int] = 5
    title: ClassVar[str] = "bzip3"
    encode_mb_s: ClassVar[float] = 9
    decode_mb_s: ClassVar[float] = 9
    library_errors: ClassVar[tuple[type[Exception], ...]] = (ValueError,)

    def encode(self, data: Array) -> bytes:
        compressor = library.BZ3Compressor(max(MIN_BLOCK, len(data)))
        written = compressor.compress(data.tobytes()) + compressor.flush()
        return bytes(written[HEADERS:])

    def _decode(self, encoded: Bytes, size: int) -> Bytes:
        if not size:
            return bytes(encoded)
        decompressor = library.BZ3Decompressor()
        decompressor.decompress(MAGIC + struct.pack("<I", max(MIN_BLOCK, size)))
        return bytes(decompressor.decompress(struct.pack("<II", len(encoded), size) + bytes(encoded)))

    def memory(self, size: int) -> int:
        return working_memory(max(MIN_BLOCK, size))
