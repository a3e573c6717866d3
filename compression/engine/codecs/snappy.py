"""Snappy in its framing format: chunks of at most 64 KiB, each with a masked CRC-32C.

The library compresses and checks; the walk over the chunks is ours, so that the output of a step is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import cramjam

from compression.engine.codecs.base import OVERHEAD, Codec
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.codecs.registry import register
from compression.engine.errors import CorruptStream
from compression.engine.limits import Limits, MiB

IDENTIFIER = b"\xff\x06\x00\x00sNaPpY"
COMPRESSED, PLAIN, FIRST_SKIPPABLE, STREAM_START = 0x00, 0x01, 0x80, 0xFF
MAX_CHUNK = 76_496
"""A checksum and what snappy makes of 64 KiB at its worst."""
STEP = 16
"""Chunks decoded at once: 1 MiB of output."""


@register
@dataclass(frozen=True)
class Snappy(Codec):
    """What programs that read `.sz` files and Hadoop's framing tools expect."""

    id: ClassVar[str] = "snappy"
    family: ClassVar[str] = "snappy"
    title: ClassVar[str] = "Snappy"
    description: ClassVar[str] = "Very fast and simple, with little saved; common in databases."
    extension: ClassVar[str] = ".sz"
    media_type: ClassVar[str] = "application/x-snappy-framed"
    colour: ClassVar[str] = "c1"
    self_ending: ClassVar[bool] = False
    library_errors: ClassVar[tuple[type[Exception], ...]] = (
        cramjam.CompressionError,
        cramjam.DecompressionError,
    )
    speeds: ClassVar[dict[int, float]] = {0: 700}

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        yield IDENTIFIER
        for chunk in chunks:
            yield memoryview(bytes(cramjam.snappy.compress(chunk)))[len(IDENTIFIER) :]

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        if bytes(reader.exactly(len(IDENTIFIER))) != IDENTIFIER:
            raise CorruptStream("This is no Snappy stream: it does not start with the identifier")
        gathered: list[Bytes] = [IDENTIFIER]
        for chunk in self._data_chunks(reader):
            gathered.append(chunk)
            if len(gathered) > STEP:
                yield bytes(cramjam.snappy.decompress(b"".join(gathered)))
                gathered = [IDENTIFIER]
        yield bytes(cramjam.snappy.decompress(b"".join(gathered)))

    @staticmethod
    def _data_chunks(reader: ByteReader) -> Iterator[Bytes]:
        """The chunks that hold content, each with its header."""
        while not reader.at_end():
            header = bytes(reader.exactly(4))
            kind, length = header[0], int.from_bytes(header[1:], "little")
            if FIRST_SKIPPABLE <= kind < STREAM_START:
                reader.skip(length)
            elif kind == STREAM_START:
                if length != 6 or header + bytes(reader.exactly(6)) != IDENTIFIER:
                    raise CorruptStream("A Snappy stream identifier is damaged")
            elif kind in (COMPRESSED, PLAIN) and length <= MAX_CHUNK:
                yield header + bytes(reader.exactly(length))
            else:
                raise CorruptStream(f"A Snappy chunk of type {kind} and {length} bytes is not allowed")

    def frame_bytes(self) -> int:
        return 16 * MiB

    def joined(self, encoded: bytes, index: int) -> Bytes:
        return memoryview(encoded)[len(IDENTIFIER) if index else 0 :]

    def memory_estimate(self, size: int | None = None) -> int:
        return OVERHEAD + 4 * MiB
