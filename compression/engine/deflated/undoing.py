"""Which deflate streams of some content can be undone, and how they are made again."""

import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import xxhash

from compression.engine.deflated.finding import CHUNK, IDAT, MAX_CHUNKS, Form, Place, places
from compression.engine.deflated.settings import DEFAULT, FILTERED, Settings, candidates
from compression.engine.errors import CorruptStream
from compression.engine.streams import Array

LEAST = 48
"""Streams of fewer bytes stay as they are: what is said of them would take as much."""
GROWTH = 12
"""The contents have together at most so many bytes for one of the whole: the pipeline allows little more."""
PATIENCE = 6
"""So many streams that no settings fit, one after the other, and the rest is taken to be of the same maker."""
KEPT = 16
"""So many contents are remembered."""

HEADER, ADLER = 2, struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Undone:
    """A stream that can be made again: the bytes from `start` to `end` are it (for PNG: all of its chunks).

    `size`: bytes of its content. `cut`: it goes on, but that is not a part of this. `header` and `chunks` (their sizes,
    the last of these for all that follow): PNG alone.
    """

    start: int
    end: int
    size: int
    form: Form
    cut: bool
    settings: Settings
    header: bytes = b""
    chunks: tuple[int, ...] = ()

    def made(self, content: memoryview, packed: bytes = b"") -> bytes:
        """The bytes from `start` to `end`; raises CorruptStream. `packed` is the raw stream where it is known."""
        if not packed:
            packed = self.settings.opened(content) if self.cut else self.settings.deflated(content)
        if self.form is Form.RAW:
            return packed
        if not self.cut:
            packed += ADLER.pack(zlib.adler32(content))
        return packed if self.form is Form.ZLIB else self._chunked(self.header + packed)

    def _chunked(self, packed: bytes) -> bytes:
        parts, at, number = [], 0, 0
        while at < len(packed):
            if number > MAX_CHUNKS:
                raise CorruptStream("A PNG image has too many chunks")
            size = self.chunks[min(number, len(self.chunks) - 1)]
            piece = IDAT + packed[at : at + size]
            at += size
            number += 1
            parts += [struct.pack(">I", size if self.cut else len(piece) - len(IDAT)), piece]
            if at <= len(packed) or not self.cut:
                parts.append(struct.pack(">I", zlib.crc32(piece)))
        return b"".join(parts)


class _Inflated(NamedTuple):
    """What a place has: the content, the raw stream, and whether that has its end."""

    content: bytes
    packed: memoryview
    ended: bool


class _Finder:
    """Goes through the places of some content; remembers which settings fitted, and how often none did."""

    def __init__(self, data: Array) -> None:
        self._view = data.data
        self._left = GROWTH * len(data)
        self._recent: OrderedDict[Settings, None] = OrderedDict()
        self._failures = 0

    def all(self, places: Iterator[Place]) -> Iterator[tuple[Undone, bytes]]:
        """What can be undone, in order, with its content."""
        end = 0
        for place in places:
            if self._failures > PATIENCE and not self._recent:
                return
            found = self._undone(place) if place.start >= end else None
            if found:
                end = found[0].end
                self._left -= found[0].size
                yield found

    def _undone(self, place: Place) -> tuple[Undone, bytes] | None:
        packed = self._view[place.start :] if place.form is not Form.PNG else self._joined(place)[HEADER:]
        inflated = self._inflate(packed)
        fitting = self._fitting(inflated, place) if inflated else None
        if inflated is None or fitting is None:
            return None
        settings, size = fitting
        content = inflated.content[:size]
        chunks = _repeated([stop - start for start, stop in place.chunks])
        header = place.header if place.form is Form.PNG else b""
        item = Undone(place.start, 0, size, place.form, not inflated.ended, settings, header, chunks)
        made = item.made(memoryview(content), b"" if item.cut else inflated.packed.tobytes())
        end = place.start + len(made)
        if end > len(self._view) or self._view[place.start : end] != made:
            return None
        return Undone(place.start, end, size, place.form, item.cut, settings, header, chunks), content

    def _joined(self, place: Place) -> memoryview:
        return memoryview(b"".join(self._view[start:stop] for start, stop in place.chunks))

    def _inflate(self, packed: memoryview) -> _Inflated | None:
        inflater = zlib.decompressobj(-15)
        try:
            content = inflater.decompress(packed, self._left + 1)
        except zlib.error:
            return None
        taken = len(packed) - len(inflater.unused_data)
        if taken < LEAST or not 0 < len(content) <= self._left:
            return None
        return _Inflated(content, packed[:taken], inflater.eof)

    def _fitting(self, inflated: _Inflated, place: Place) -> tuple[Settings, int] | None:
        """Settings that make the stream, and of how much of the content; those of before are tried first."""
        content = memoryview(inflated.content)
        header = place.header
        window = min(15, max(9, (header[0] >> 4) + 8)) if header else 15
        said = header[1] >> 6 if header else None
        likely = FILTERED if place.form is Form.PNG else DEFAULT
        further = candidates(said, window, likely) if self._failures <= PATIENCE else ()
        for settings in dict.fromkeys((*reversed(self._recent), *further)):
            if inflated.ended:
                fits, size = settings.make(content, inflated.packed), len(content)
            else:
                length, size = settings.begin(content, inflated.packed)
                fits = length >= LEAST
            if fits:
                self._recent[settings] = None
                self._recent.move_to_end(settings)
                self._failures = 0
                return settings, size
        self._failures += 1
        return None


def _repeated(sizes: Sequence[int]) -> tuple[int, ...]:
    """Sizes without those at the end that the one before stands for as well; the very last may be smaller."""
    kept = list(sizes)
    while len(kept) > 1 and (kept[-1] == kept[-2] or (len(kept) == len(sizes) and kept[-1] < kept[-2])):
        kept.pop()
    return tuple(kept)


_known: OrderedDict[tuple[int, int], tuple[Undone, ...]] = OrderedDict()
_lock = Lock()


def undone(data: Array) -> list[tuple[Undone, bytes]]:
    """The streams of `data` that can be undone, in order, each with its content.

    What was found is remembered for a while, since the search asks several times for the same content.
    """
    key = len(data), xxhash.xxh3_64_intdigest(data.data)
    with _lock:
        items = _known.get(key)
    if items is not None:
        return [(item, _content(data, item)) for item in items]
    found = list(_Finder(data).all(places(data)))
    with _lock:
        _known[key] = tuple(item for item, _ in found)
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return found


def _content(data: Array, item: Undone) -> bytes:
    """The content of a stream that is known to be sound."""
    packed = data[item.start :].tobytes() if item.cut else data[item.start : item.end].tobytes()
    if item.form is Form.PNG:
        at, parts = 0, []
        while at + CHUNK.size <= len(packed):
            size, kind = CHUNK.unpack_from(packed, at)
            parts.append(packed[at + 8 : at + 8 + size] if kind == IDAT else b"")
            at += 12 + size
        packed = b"".join(parts)[HEADER:]
    return zlib.decompressobj(-15).decompress(packed, item.size)
