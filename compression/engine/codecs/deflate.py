"""Raw deflate (RFC 1951): no header, no checksum."""

from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs._deflate import DeflateCodec
from compression.engine.codecs.registry import register


@register
@dataclass(frozen=True)
class Deflate(DeflateCodec):
    """The bare algorithm, as inside ZIP entries."""

    id: ClassVar[str] = "deflate"
    title: ClassVar[str] = "Deflate"
    description: ClassVar[str] = "The bare algorithm of ZIP and gzip, with neither header nor checksum."
    extension: ClassVar[str] = ".deflate"
    media_type: ClassVar[str] = "application/x-deflate"
    checksummed: ClassVar[bool] = False

    def _wbits(self, window_log: int) -> int:
        return -window_log
