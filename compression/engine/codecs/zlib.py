"""zlib (RFC 1950): deflate with a small header and an Adler-32 checksum."""

from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs._deflate import DeflateCodec
from compression.engine.codecs.registry import register


@register
@dataclass(frozen=True)
class Zlib(DeflateCodec):
    """The wrapping used inside PNG, PDF and HTTP."""

    id: ClassVar[str] = "zlib"
    title: ClassVar[str] = "zlib"
    description: ClassVar[str] = (
        "Deflate in the wrapping that PNG, PDF and many protocols use; read everywhere."
    )
    extension: ClassVar[str] = ".zz"
    media_type: ClassVar[str] = "application/zlib"

    def _wbits(self, window_log: int) -> int:
        return window_log
