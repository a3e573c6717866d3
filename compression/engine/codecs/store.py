"""Store: the bytes as they are. The candidate that every other codec has to beat."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs.base import OVERHEAD, Codec
from compression.engine.codecs.reader import CHUNK, ByteReader, Bytes
from compression.engine.codecs.registry import register
from compression.engine.limits import Limits


@register
@dataclass(frozen=True)
class Store(Codec):
    """No compression."""

    id: ClassVar[str] = "store"
    family: ClassVar[str] = "store"
    title: ClassVar[str] = "Store"
    description: ClassVar[str] = "The bytes unchanged, for what cannot be made smaller."
    extension: ClassVar[str] = ".store"
    media_type: ClassVar[str] = "application/octet-stream"
    colour: ClassVar[str] = "c6"
    checksummed: ClassVar[bool] = False
    self_ending: ClassVar[bool] = False
    speeds: ClassVar[dict[int, float]] = {0: 2000}

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        return chunks

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        while piece := reader.some(CHUNK):
            yield piece

    def memory_estimate(self, size: int | None = None) -> int:
        return OVERHEAD
