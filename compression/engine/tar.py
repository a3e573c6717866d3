"""Tar archives as they lie in content: headers, what follows each, and headers without what can be told of them.

Content may begin and end anywhere: in the middle of a member, or of a header.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from compression.engine.errors import CorruptStream
from compression.engine.streams import Array, array

BLOCK = 512
MAGIC, MAGIC_AT = b"ustar", 257
MISTAKES = 10_000
"""Marks that are in no header, after which no more are looked at."""
MAX_SIZE = 1 << 62
NAMES = ((0, 100), (157, 100), (345, 155))
"""Places and bytes of the fields of text: name, target of a link, front of the name."""
NUMBERS = (124, 136)
"""Places of the numbers that differ from header to header: size and time."""
DIGITS = 11
SUM_AT, SUM_BYTES = 148, 8
TYPE_AT = 156
EMPTY_TYPES = b"123456"
"""Links, devices and folders: their size means something else."""
TOLD_TYPES = b"xgLK"
"""Extended headers: they tell of the next member, or of all."""
_OCTAL = re.compile(rb"[ \0]*([0-7]*)[ \0]*")
_ELEVEN = re.compile(rb"[0-7]{11}")


class Member(NamedTuple):
    """The header at `start`, `size` bytes that it states, `there` of which are there; `end` is behind the padding."""

    start: int
    size: int
    there: int
    end: int

    @property
    def short(self) -> int:
        """Bytes of content and padding that are missing."""
        return padded(self.size) - (self.end - self.start - BLOCK)


def padded(size: int) -> int:
    """Bytes of the blocks that so many bytes take."""
    return -(-size // BLOCK) * BLOCK


def content_size(header: bytes) -> int | None:
    """The bytes that follow a header; None where it is none: its checksum is wrong, or it is not all there."""
    stated = _octal(header[SUM_AT : SUM_AT + SUM_BYTES])
    if not stated or len(header) < BLOCK:
        return None
    if stated != sum(header) - sum(header[SUM_AT : SUM_AT + SUM_BYTES]) + 32 * SUM_BYTES:
        return None
    if header[TYPE_AT] in EMPTY_TYPES:
        return 0
    field = header[NUMBERS[0] : NUMBERS[0] + DIGITS + 1]
    size = int.from_bytes(field, "big") - (0x80 << 8 * DIGITS) if field[0] & 0x80 else _octal(field)
    return size if size is not None and size <= MAX_SIZE else None


def _octal(field: bytes) -> int | None:
    found = _OCTAL.fullmatch(field)
    return int(found[1] or b"0", 8) if found else None


def members(content: bytes) -> Iterator[Member]:
    """The members in content, in order; between them may be anything."""
    at = _next(content, 0)
    while at >= 0:
        size = content_size(content[at : at + BLOCK]) or 0
        there = min(size, len(content) - at - BLOCK)
        found = Member(at, size, there, min(at + BLOCK + padded(size), len(content)))
        yield found
        at = _next(content, found.end)


def _next(content: bytes, at: int) -> int:
    """The place of the next header; negative where there is none."""
    if content_size(content[at : at + BLOCK]) is not None:
        return at
    for _ in range(MISTAKES):
        at = content.find(MAGIC, at + MAGIC_AT) - MAGIC_AT
        if at < 0 or content_size(content[at : at + BLOCK]) is not None:
            return at
        at += 1
    return -1


def resized(header: bytes, size: int) -> bytes:
    """A header that states another size of its member."""
    block = bytearray(header)
    block[NUMBERS[0] : NUMBERS[0] + DIGITS] = b"%011o" % size
    block[SUM_AT : SUM_AT + SUM_BYTES] = b" " * SUM_BYTES
    block[SUM_AT : SUM_AT + SUM_BYTES] = _stated_sum(sum(block))
    return bytes(block)


class Headers(NamedTuple):
    """Headers taken apart. What a list has of a header is zero in its block.

    `names`: for each field of text a string for each header, empty where the field stays in the block.
    `numbers`: for each number one more than it is, 0 where it stays in the block.
    `blocks`: each exclusive or the one before, the checksums zero where they are as they should be.
    """

    names: list[list[bytes]]
    numbers: list[list[int]]
    blocks: Array


def taken_apart(headers: list[bytes]) -> Headers:
    """What headers consist of."""
    names: list[list[bytes]] = [[] for _ in NAMES]
    numbers: list[list[int]] = [[] for _ in NUMBERS]
    blocks = bytearray()
    for header in headers:
        block = bytearray(header)
        block[SUM_AT : SUM_AT + SUM_BYTES] = bytes(SUM_BYTES)
        total = _stated_sum(sum(block) + 32 * SUM_BYTES)
        if total != header[SUM_AT : SUM_AT + SUM_BYTES]:
            block[SUM_AT : SUM_AT + SUM_BYTES] = header[SUM_AT : SUM_AT + SUM_BYTES]
        for found, (at, size) in zip(names, NAMES, strict=True):
            text = bytes(block[at : at + size]).rstrip(b"\0")
            found.append(b"" if b"\0" in text or b"\n" in text else text)
            block[at : at + len(found[-1])] = bytes(len(found[-1]))
        for values, at in zip(numbers, NUMBERS, strict=True):
            digits = header[at : at + DIGITS]
            values.append(int(digits, 8) + 1 if _ELEVEN.fullmatch(digits) else 0)
            if values[-1]:
                block[at : at + DIGITS] = bytes(DIGITS)
        blocks += block
    rows = array(bytes(blocks)).reshape(-1, BLOCK)
    changes = rows.copy()
    changes[1:] ^= rows[:-1]
    return Headers(names, numbers, changes.reshape(-1))


def put_together(parts: Headers) -> bytes:
    """The inverse of `taken_apart`, the headers one behind the other; raises CorruptStream."""
    if len(parts.blocks) % BLOCK:
        raise CorruptStream("The headers of an archive are not whole")
    rows = np.bitwise_xor.accumulate(parts.blocks.reshape(-1, BLOCK), axis=0)
    counts = {*map(len, parts.names), *map(len, parts.numbers)}
    if counts != {len(rows)}:
        raise CorruptStream("The headers of an archive are not as many as their fields")
    made = bytearray(rows.tobytes())
    for names, (at, size) in zip(parts.names, NAMES, strict=True):
        for number, text in enumerate(names):
            if len(text) > size:
                raise CorruptStream("A name in an archive is too long")
            made[number * BLOCK + at : number * BLOCK + at + len(text)] = text
    for values, at in zip(parts.numbers, NUMBERS, strict=True):
        for number, value in enumerate(values):
            if value > 8**DIGITS:
                raise CorruptStream("A number in an archive is too large")
            if value:
                made[number * BLOCK + at : number * BLOCK + at + DIGITS] = b"%011o" % (value - 1)
    return _summed(made)


def _summed(made: bytearray) -> bytes:
    """The headers with the checksums that are zero so far."""
    rows: Any = array(bytes(made)).reshape(-1, BLOCK)
    sums = rows.sum(axis=1, dtype=np.int64) + 32 * SUM_BYTES
    for number in np.flatnonzero(~rows[:, SUM_AT : SUM_AT + SUM_BYTES].any(axis=1)).tolist():
        at = number * BLOCK + SUM_AT
        made[at : at + SUM_BYTES] = _stated_sum(int(sums[number]))
    return bytes(made)


def _stated_sum(total: int) -> bytes:
    """A checksum as nearly all programs write it."""
    return b"%06o\0 " % total
