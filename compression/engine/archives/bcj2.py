"""BCJ2, which 7-Zip puts before LZMA for x86 programs: the targets of calls and jumps are kept in streams of their own.

Four streams make the content: the code without the targets that were taken out, the targets of calls, those of jumps,
and range-coded bits that say for each branch whether its target was taken out.
"""

import re
from collections.abc import Iterable, Iterator

from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.errors import CorruptStream
from compression.engine.limits import KiB

STRETCH = 64 * KiB

_BRANCH = re.compile(rb"[\xe8\xe9]|(?<=\x0f)[\x80-\x8f]")
_CALL, _JUMP, _NEAR = 0xE8, 0xE9, 0x0F
_JUMP_CONTEXT, _NEAR_CONTEXT = 256, 257
_MODEL_BITS, _MOVE_BITS, _TOP = 11, 5, 1 << 24
_WHOLE = 1 << _MODEL_BITS


class _Bits:
    """Decodes bits whose chances are learned, each in a context of its own."""

    def __init__(self, reader: ByteReader) -> None:
        self._reader = reader
        self._range = 0xFFFFFFFF
        self._code = int.from_bytes(reader.exactly(5), "big")
        if self._code >= self._range:
            raise CorruptStream("This is no sound BCJ2 stream")
        self._chances = [_WHOLE // 2] * 258

    def next(self, context: int) -> bool:
        """The next bit."""
        chance = self._chances[context]
        bound = (self._range >> _MODEL_BITS) * chance
        bit = self._code >= bound
        if bit:
            self._range -= bound
            self._code -= bound
            self._chances[context] = chance - (chance >> _MOVE_BITS)
        else:
            self._range = bound
            self._chances[context] = chance + ((_WHOLE - chance) >> _MOVE_BITS)
        if self._range < _TOP:
            self._range <<= 8
            self._code = self._code << 8 | self._reader.exactly(1)[0]
        return bit


class Bcj2:
    """Puts the targets back, stretch by stretch."""

    def __init__(self, calls: Iterable[Bytes], jumps: Iterable[Bytes], bits: Iterable[Bytes]) -> None:
        self._calls, self._jumps = ByteReader(calls), ByteReader(jumps)
        self._taken_out = _Bits(ByteReader(bits))
        self._last = 0
        self._position = 0

    def undo(self, code: Iterable[Bytes], size: int) -> Iterator[Bytes]:
        """The content, of `size` bytes."""
        reader = ByteReader(code)
        while self._position < size:
            stretch = bytes(reader.some(STRETCH))
            if not stretch:
                raise CorruptStream("This BCJ2 stream is shorter than it states")
            yield self._stretch(stretch, size)

    def _stretch(self, code: bytes, size: int) -> bytes:
        """What a stretch of code becomes; cut off at the end of the content."""
        out, at = bytearray(), 0
        while at < len(code) and self._position < size:
            end = self._behind_branch(code, at)
            previous = code[end - 2] if end - 2 >= at else self._last
            out += code[at:end]
            self._position += end - at
            self._last, at = code[end - 1], end
            if self._position < size and self._is_branch(previous, self._last):
                out += self._target(previous, self._last)
        return bytes(out)

    def _behind_branch(self, code: bytes, at: int) -> int:
        """Where the next branch instruction ends, or the stretch. A target before `at` may have ended in 0F."""
        if self._is_branch(self._last, code[at]):
            return at + 1
        found = _BRANCH.search(code, at + 1)
        return found.end() if found else len(code)

    @staticmethod
    def _is_branch(previous: int, byte: int) -> bool:
        return byte & 0xFE == _CALL or (previous == _NEAR and byte & 0xF0 == 0x80)

    def _target(self, previous: int, branch: int) -> bytes:
        """The target of a branch where it was taken out; it is stored absolute, and relative in the code."""
        context = previous if branch == _CALL else _JUMP_CONTEXT if branch == _JUMP else _NEAR_CONTEXT
        if not self._taken_out.next(context):
            return b""
        reader = self._calls if branch == _CALL else self._jumps
        self._position += 4
        absolute = int.from_bytes(reader.exactly(4), "big")
        relative = (absolute - self._position & 0xFFFFFFFF).to_bytes(4, "little")
        self._last = relative[-1]
        return relative
