"""bzip2: block sorting; members may follow each other."""

import bz2
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs.base import OVERHEAD, Codec
from compression.engine.codecs.members import compressed, decoded_all
from compression.engine.codecs.params import Integer, parameter
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.codecs.registry import register
from compression.engine.limits import Limits, MiB


@register
@dataclass(frozen=True)
class Bzip2(Codec):
    """What `bzip2 -d` reads."""

    id: ClassVar[str] = "bzip2"
    family: ClassVar[str] = "bzip2"
    title: ClassVar[str] = "bzip2"
    description: ClassVar[str] = "Block sorting: strong on text, slow to unpack."
    extension: ClassVar[str] = ".bz2"
    media_type: ClassVar[str] = "application/x-bzip2"
    colour: ClassVar[str] = "c4"
    library_errors: ClassVar[tuple[type[Exception], ...]] = (OSError, ValueError)
    speeds: ClassVar[dict[int, float]] = {1: 18, 9: 18}

    level: int = parameter(
        Integer("Level", 1, 9, help="The size of a block in units of 100,000 bytes."), default=9
    )

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        return compressed(bz2.BZ2Compressor(self.level), chunks)

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        return decoded_all(reader, bz2.BZ2Decompressor)

    def frame_bytes(self) -> int:
        return 10 * self.level * 100_000  # whole blocks

    def memory_estimate(self, size: int | None = None) -> int:
        return OVERHEAD + 13 * MiB
