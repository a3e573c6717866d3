"""LZMA-alone (.lzma): the old container, with neither checksum nor members."""

import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs._lzma import LzmaCodec
from compression.engine.codecs.members import compressed, decoded
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.codecs.registry import register
from compression.engine.limits import Limits


@register
@dataclass(frozen=True)
class Lzma(LzmaCodec):
    """What `xz -d` and `unlzma` read as .lzma."""

    id: ClassVar[str] = "lzma"
    title: ClassVar[str] = "LZMA"
    description: ClassVar[str] = (
        "The older container of LZMA, without a checksum; a few bytes smaller than xz."
    )
    extension: ClassVar[str] = ".lzma"
    media_type: ClassVar[str] = "application/x-lzma"
    checksummed: ClassVar[bool] = False

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        return compressed(
            lzma.LZMACompressor(lzma.FORMAT_ALONE, filters=self._filters(lzma.FILTER_LZMA1)), chunks
        )

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        return decoded(
            reader, lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=limits.max_memory_bytes)
        )
