"""The settings with which zlib makes a deflate stream again, bit for bit.

Deflate says how to decode, not how to encode: that the same settings give the same bytes is a promise of the library
alone. zlib by its first authors has kept it through its versions, other libraries of the same interface (zlib-ng,
Intel's, Cloudflare's) make other bytes. So what is linked here is compared with known results before it is relied on,
and where it differs, `classic` makes the bytes of that zlib, half as fast.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from compression.engine.codecs.reader import Bytes
from compression.engine.deflated import classic
from compression.engine.errors import CorruptStream
from compression.engine.limits import KiB

MEMORY = (8, 9)
WINDOWS = range(9, 16)
DEFAULT, FILTERED, HUFFMAN, RLE, FIXED = range(5)
PIECE, FINE_PIECE = 16 * KiB, 2 * KiB
"""So many bytes are deflated at a time: the first difference ends a trial; and where the stream has no end."""
FIRST_PIECES = 64 * KiB, 512 * KiB
"""So much is deflated by `classic` before the whole: the first difference ends a trial."""
GOLDEN = 0x68ED94EF
"""Of what zlib 1.2.13 makes of `_specimen`, all settings one after the other."""
USUAL = {0: (1,), 1: (2, 3, 4, 5), 2: (6,), 3: (9, 8, 7)}
"""What the header of a zlib stream says of the level, and the levels that say it."""


class Trial(NamedTuple):
    """How many bytes of a stream are made again, of how much of its content; and how much was deflated for that.

    The first two are 0 where the stream differs.
    """

    made: int
    needed: int
    tried: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What deflate is told; the window is 2 to the power of `window`."""

    level: int
    memory: int = 8
    strategy: int = DEFAULT
    window: int = 15

    @property
    def number(self) -> int:
        """All in one number, for containers."""
        place = self.level * len(MEMORY) + self.memory - MEMORY[0]
        return (place * (FIXED + 1) + self.strategy) * len(WINDOWS) + self.window - WINDOWS[0]

    @classmethod
    def of(cls, number: int) -> "Settings":
        """The settings of a `number`; raises CorruptStream."""
        rest, window = divmod(number, len(WINDOWS))
        rest, strategy = divmod(rest, FIXED + 1)
        level, memory = divmod(rest, len(MEMORY))
        if not 1 <= level <= 9:
            raise CorruptStream(f"A deflate stream was made at level {level}, which is none")
        return cls(level, MEMORY[memory], strategy, WINDOWS[window])

    def _compressor(self) -> "zlib._Compress":
        return zlib.compressobj(self.level, zlib.DEFLATED, -self.window, self.memory, self.strategy)

    def linked(self, content: Bytes) -> bytes:
        """What the zlib here makes of content."""
        compressor = self._compressor()
        return compressor.compress(content) + compressor.flush()

    def _classic(self, content: Bytes, *, ended: bool) -> classic.Made:
        return classic.deflated(content, self.level, self.memory, self.strategy, self.window, ended=ended)

    def deflated(self, content: Bytes) -> bytes:
        """The raw deflate stream of content."""
        return self.linked(content) if sound() else self._classic(content, ended=True).packed

    def opened(self, content: Bytes) -> bytes:
        """The beginning of the stream of content that goes on: the blocks that are complete."""
        return self._compressor().compress(content) if sound() else self._classic(content, ended=False).packed

    def make(self, content: memoryview, packed: memoryview) -> Trial:
        """Whether `packed` is what comes of `content`."""
        if not sound():
            tried = self._started(content, packed)
            fits = tried == len(content) and packed == self.deflated(content)
            return Trial(len(packed), len(content), tried) if fits else Trial(0, 0, tried)
        compressor = self._compressor()
        at = 0
        for start in range(0, len(content), PIECE):
            made = compressor.compress(content[start : start + PIECE])
            if packed[at : at + len(made)] != made:
                return Trial(0, 0, start + PIECE)
            at += len(made)
        fits = packed[at:] == compressor.flush()
        return Trial(len(packed), len(content), len(content)) if fits else Trial(0, 0, len(content))

    def begin(self, content: memoryview, packed: memoryview) -> Trial:
        """As much as is made of a stream without end."""
        if not sound():
            tried = self._started(content, packed)
            made, needed = self._classic(content, ended=False) if tried == len(content) else (b"", 0)
            fits = made and packed[: len(made)] == made
            return Trial(len(made), needed, tried) if fits else Trial(0, 0, tried)
        compressor = self._compressor()
        at = needed = 0
        for start in range(0, len(content), FINE_PIECE):
            made = compressor.compress(content[start : start + FINE_PIECE])
            if packed[at : at + len(made)] != made:
                return Trial(0, 0, start + FINE_PIECE)
            if made:
                at, needed = at + len(made), min(start + FINE_PIECE, len(content))
        return Trial(at, needed, len(content))

    def _started(self, content: memoryview, packed: memoryview) -> int:
        """The bytes of the first pieces of `content` by which `packed` differs; all where it does not."""
        for size in FIRST_PIECES:
            made = self._classic(content[:size], ended=False).packed if size < len(content) else b""
            if packed[: len(made)] != made:
                return size
        return len(content)


def candidates(said: int | None, window: int, strategy: int = DEFAULT) -> Iterator[Settings]:
    """All settings worth a trial, the likely ones first.

    `said`: the level in a header, 0 to 3, None where it is unknown; `strategy`: the likely one.
    """
    first = USUAL[said] if said is not None else (6, 9, 1, 5)
    levels = [*first, *(level for level in (6, 9, 1, 8, 7, 5, 4, 3, 2) if level not in first)]
    windows = [window] if window == 15 else [window, 15]
    for size in windows:
        for memory in MEMORY:
            for choice in sorted((DEFAULT, FILTERED), key=lambda choice: choice != strategy):
                # Below level 4 that strategy is without effect.
                yield from (
                    Settings(level, memory, choice, size)
                    for level in levels
                    if level > 3 or choice == DEFAULT
                )
    yield from (Settings(6, memory, other) for other in (RLE, HUFFMAN, FIXED) for memory in MEMORY)


def _specimen() -> bytes:
    """60 KB in which something depends on every setting: repetitions near and far, runs, few different bytes, noise."""
    state, out = 12345, bytearray()
    while len(out) < 60_000:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        kind, length, far = state >> 24, (state >> 8) % 30 + 3, (state >> 5) % 36_000 + 1
        if kind < 12 and far <= len(out):
            out += out[-far:][:length]
        elif kind < 16:
            out += bytes([state >> 12 & 7]) * length
        else:
            out.append((state >> 16) % (11 if len(out) < 40_000 else 256))
    return bytes(out)


@cache
def fingerprint() -> int:
    """A checksum of what the zlib here makes of known content."""
    specimen, total = _specimen(), 0
    for settings in candidates(None, 15):
        total = zlib.crc32(settings.linked(specimen), total)
    return total


def sound() -> bool:
    """Whether the zlib that is linked here makes the known bytes."""
    return fingerprint() == GOLDEN
