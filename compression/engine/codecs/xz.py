"""xz: LZMA2 in a container with checks; streams may follow each other, with zeros between."""

import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs._lzma import DICTIONARY_KIB, LzmaCodec
from compression.engine.codecs.members import Decompressor, compressed, decoded_all
from compression.engine.codecs.params import Choice, parameter
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.codecs.registry import register
from compression.engine.errors import CorruptStream
from compression.engine.limits import KiB, Limits, MiB

CHECKS = {
    "crc64": lzma.CHECK_CRC64,
    "crc32": lzma.CHECK_CRC32,
    "sha256": lzma.CHECK_SHA256,
    "none": lzma.CHECK_NONE,
}


def skip_stream_padding(reader: ByteReader) -> None:
    """Padding between streams is zeros, a multiple of four (section 2.2 of the format)."""
    if reader.skip_zeros() % 4:
        raise CorruptStream("The padding of this xz file is not a multiple of four bytes")


@register
@dataclass(frozen=True)
class Xz(LzmaCodec):
    """What `xz -d` reads."""

    id: ClassVar[str] = "xz"
    title: ClassVar[str] = "xz"
    description: ClassVar[str] = "LZMA2 with integrity checks: small, slow to pack, fair to unpack."
    extension: ClassVar[str] = ".xz"
    media_type: ClassVar[str] = "application/x-xz"

    check: str = parameter(
        Choice("Check", tuple(CHECKS), help="The checksum of the content."), default="crc64"
    )

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        filters = self._filters(lzma.FILTER_LZMA2)
        return compressed(lzma.LZMACompressor(lzma.FORMAT_XZ, CHECKS[self.check], filters=filters), chunks)

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        def start() -> Decompressor:
            return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=limits.max_memory_bytes)

        return decoded_all(reader, start, skip_padding=skip_stream_padding)

    def frame_bytes(self) -> int:
        return min(max(8 * MiB, 3 * DICTIONARY_KIB[self.level] * KiB), 64 * MiB)
