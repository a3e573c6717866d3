"""Where deflate streams may begin: gzip and ZIP members, PNG images, zlib streams anywhere."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from compression.engine.streams import Array

GZIP, ZIP, PNG, IDAT = b"\x1f\x8b\x08", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"IDAT"
ZLIB_SECOND = np.array([0x01, 0x5E, 0x9C, 0xDA], np.uint8)
DEFLATED = 8
MAGICS = GZIP, ZIP, PNG
CHUNK = struct.Struct(">I4s")
CHUNK_MEAN = 64
"""Bytes of a chunk: images are apart from each other, so there are so many chunks in all of some content, and a run."""
MAX_NAME = 1024
MAX_CHUNKS = 1 << 16


class Form(IntEnum):
    """What surrounds a stream."""

    RAW = 0
    """Nothing that is known."""
    ZLIB = 1
    """A header before it, and its Adler-32 behind it."""
    PNG = 2
    """As ZLIB, divided into chunks."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deflate stream may be: from `start` on; for PNG the chunks that hold it, each as start and end.

    The last chunk may end behind the content.
    """

    form: Form
    start: int
    header: bytes = b""
    chunks: tuple[tuple[int, int], ...] = ()


def places(data: Array) -> Iterator[Place]:
    """All of them in order; most of those that are only two bytes of a zlib header turn out to be none."""
    content = data.tobytes()
    chunks = MAX_CHUNKS + len(content) // CHUNK_MEAN
    starts = [*(_starts(data, magic) for magic in MAGICS), _zlib_starts(data)]
    for start in map(int, np.sort(np.concatenate(starts), kind="stable")):
        if content.startswith(PNG, start):
            place, looked_at = _png(content, start, min(chunks, MAX_CHUNKS))
            chunks -= looked_at
        else:
            place = _place(content, start)
        if place:
            yield place


def _starts(data: Array, magic: bytes) -> Any:
    found = np.flatnonzero(data[: 1 - len(magic)] == magic[0])
    for place, byte in enumerate(magic[1:], 1):
        found = found[data[found + place] == byte]
    return found


def _zlib_starts(data: Array) -> Any:
    found = np.flatnonzero(data[:-1] == 0x78)
    return found[np.isin(data[found + 1], ZLIB_SECOND)]


def _place(content: bytes, start: int) -> Place | None:
    if content.startswith(ZIP, start):
        return _zip(content, start)
    if content.startswith(GZIP, start):
        return _gzip(content, start)
    return Place(Form.ZLIB, start + 2, content[start : start + 2])


def _zip(content: bytes, start: int) -> Place | None:
    if len(content) < start + 30:
        return None
    method, name, extra = struct.unpack_from("<8xH16xHH", content, start)
    begin = start + 30 + name + extra
    return Place(Form.RAW, begin) if method == DEFLATED and begin < len(content) else None


def _gzip(content: bytes, start: int) -> Place | None:
    if len(content) < start + 18:
        return None
    flags, at = content[start + 3], start + 10
    if flags & 0xE0:
        return None
    if flags & 4:
        at += 2 + int.from_bytes(content[at : at + 2], "little")
    for flag in (8, 16):
        if flags & flag:
            end = content.find(b"\x00", at, at + MAX_NAME)
            if end < 0:
                return None
            at = end + 1
    at += flags & 2
    return Place(Form.RAW, at) if at < len(content) else None


def _png(content: bytes, start: int, most: int) -> tuple[Place | None, int]:
    """The first run of IDAT chunks, and how many chunks were looked at; these are at most so many."""
    at, looked_at, chunks = start + len(PNG), 0, list[tuple[int, int]]()
    while at + 10 <= len(content) and looked_at < most:
        looked_at += 1
        size, kind = CHUNK.unpack_from(content, at)
        if kind == IDAT:
            chunks.append((at + 8, at + 8 + size))
        elif chunks or kind == b"IEND":
            break
        at += 12 + size
    if not chunks or chunks[0][1] - chunks[0][0] < 2:
        return None, looked_at
    first = chunks[0][0]
    return Place(Form.PNG, first - 8, content[first : first + 2], tuple(chunks)), looked_at
