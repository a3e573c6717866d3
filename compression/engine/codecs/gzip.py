"""gzip (RFC 1952): deflate with a CRC-32, members may follow each other. No name and no time are stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs._deflate import DeflateCodec
from compression.engine.codecs.members import decoded_all
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.codecs.registry import register
from compression.engine.limits import Limits, MiB


@register
@dataclass(frozen=True)
class Gzip(DeflateCodec):
    """What `gzip -d` reads."""

    id: ClassVar[str] = "gzip"
    title: ClassVar[str] = "gzip"
    description: ClassVar[str] = "Deflate in the wrapping of .gz files and of the web; read everywhere."
    extension: ClassVar[str] = ".gz"
    media_type: ClassVar[str] = "application/gzip"

    def _wbits(self, window_log: int) -> int:
        return 16 + window_log

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        # gzip itself allows zeros behind the last member, which tapes and block devices leave.
        return decoded_all(reader, self._inflater, skip_padding=ByteReader.skip_zeros)

    def frame_bytes(self) -> int:
        return 8 * MiB
