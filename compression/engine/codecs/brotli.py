"""Brotli (RFC 7932): made for the web; no magic number, no checksum."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import brotli

from compression.engine.codecs.base import OVERHEAD, Codec
from compression.engine.codecs.members import decoded
from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.codecs.registry import register
from compression.engine.limits import KiB, Limits, MiB

ATTEMPT_STEP = 256 * KiB

MODES = {"generic": brotli.MODE_GENERIC, "text": brotli.MODE_TEXT, "font": brotli.MODE_FONT}


class BrotliDecompressor:
    """The library's decompressor in the shape of those of bz2 and lzma."""

    unused_data = b""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._inner.is_finished())

    @property
    def needs_input(self) -> bool:
        return bool(self._inner.can_accept_more_data())

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        # The library stops in the first of its growing buffers that reaches the limit, so at less than twice of it.
        return bytes(self._inner.process(data, output_buffer_limit=max_length // 2))


@register
@dataclass(frozen=True)
class Brotli(Codec):
    """What `brotli -d` reads. Windows beyond the standard's 16 MiB are neither made nor accepted."""

    id: ClassVar[str] = "brotli"
    family: ClassVar[str] = "brotli"
    title: ClassVar[str] = "Brotli"
    description: ClassVar[str] = "Made for web pages: small text, fast to unpack, slow at high levels."
    extension: ClassVar[str] = ".br"
    media_type: ClassVar[str] = "application/x-brotli"
    colour: ClassVar[str] = "c1"
    checksummed: ClassVar[bool] = False
    library_errors: ClassVar[tuple[type[Exception], ...]] = (brotli.error,)
    speeds: ClassVar[dict[int, float]] = {
        0: 450,
        1: 350,
        2: 200,
        4: 110,
        5: 75,
        7: 45,
        9: 22,
        10: 1.4,
        11: 0.6,
    }

    level: int = parameter(Integer("Quality", 0, 11, help="10 and 11 are small and very slow."), default=9)
    window_log: int = parameter(
        Integer("Window", 10, 24, help="How far back repetitions are found: 2 to this power bytes."),
        default=22,
    )
    mode: str = parameter(Choice("Mode", tuple(MODES), help="What the data are."), default="generic")

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        compressor = brotli.Compressor(mode=MODES[self.mode], quality=self.level, lgwin=self.window_log)
        for chunk in chunks:
            yield compressor.process(chunk)
        yield compressor.finish()

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        return decoded(reader, BrotliDecompressor)

    def memory_estimate(self, size: int | None = None) -> int:
        window = 1 << self.window_log
        if self.level >= 10:
            return OVERHEAD + 48 * MiB + 14 * window
        return OVERHEAD + (80 if self.level >= 5 else 8) * MiB + 3 * window


@dataclass(frozen=True)
class Attempt:
    """What came of decoding bytes that may be brotli: the beginning of the output, its size, whether it ended."""

    output: bytes
    produced: int
    ended: bool


def attempt(packed: Iterable[Bytes], keep: int, most: int) -> Attempt | None:
    """Decode what may be brotli, or the beginning of it; None where it cannot be.

    Stops at `most` bytes of output, and keeps the first `keep` of them.
    """
    decompressor, output, produced = brotli.Decompressor(), bytearray(), 0
    try:
        for chunk in packed:
            if decompressor.is_finished():
                return None  # something follows
            data: Bytes = chunk
            while piece := decompressor.process(data, output_buffer_limit=ATTEMPT_STEP):
                output += piece[: keep - len(output)]
                produced += len(piece)
                if produced > most:
                    return Attempt(bytes(output), produced, ended=False)
                data = b""
    except brotli.error:
        return None
    return Attempt(bytes(output), produced, ended=bool(decompressor.is_finished()))
