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
from compression.engine.limits import KiB, MiB
from compression.engine.streams import Array

LEAST = 48
"""Streams of fewer bytes stay as they are: what is said of them would take as much."""
GROWTH = 12
"""The contents have together at most so many bytes for one of the whole: the pipeline allows little more."""
PATIENCE = 6
"""So many streams that no settings fit, one after the other, and the rest is taken to be of the same maker."""
VAIN, VAIN_EACH = 8 * MiB, 16 * KiB
"""So many bytes may be read, inflated and deflated in vain, and eight times the whole besides: then no more is tried.
And what each place in vain counts at least."""
INFLATED, MOST_INFLATED = 4 * KiB, 256 * KiB
"""So many bytes are inflated at a time, at first and at most: what is no stream shows soon."""
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
        self._vain = VAIN + 8 * len(data)
        self._recent: OrderedDict[Settings, None] = OrderedDict()
        self._failures = 0

    def all(self, places: Iterator[Place]) -> Iterator[tuple[Undone, bytes]]:
        """What can be undone, in order, with its content."""
        end = 0
        for place in places:
            if (self._failures > PATIENCE and not self._recent) or self._vain < 0:
                return
            if place.start < end:
                continue
            if found := self._undone(place):
                end = found[0].end
                self._left -= found[0].size
                yield found
            else:
                self._vain -= VAIN_EACH

    def _undone(self, place: Place) -> tuple[Undone, bytes] | None:
        packed = self._view[place.start :] if place.form is not Form.PNG else self._joined(place)[HEADER:]
        inflated = self._inflate(packed)
        found = self._made_again(inflated, place) if inflated else None
        if not found:
            self._vain -= (len(packed) if place.form is Form.PNG else 0) + (
                len(inflated.content) if inflated else 0
            )
        return found

    def _made_again(self, inflated: _Inflated, place: Place) -> tuple[Undone, bytes] | None:
        fitting = self._fitting(inflated, place)
        if fitting is None:
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
        inflater, parts = zlib.decompressobj(-15), list[bytes]()
        at, size, piece = 0, 0, INFLATED
        try:
            while at < len(packed) and size <= self._left and not inflater.eof:
                parts.append(inflater.decompress(packed[at : at + piece], self._left - size + 1))
                at, size = min(at + piece, len(packed)), size + len(parts[-1])
                piece = min(2 * piece, MOST_INFLATED)
        except zlib.error:
            size = 0
        taken = at - len(inflater.unused_data)
        if taken < LEAST or not 0 < size <= self._left:
            self._vain -= at + sum(map(len, parts)) // 4  # quicker than the rest
            return None
        return _Inflated(b"".join(parts), packed[:taken], inflater.eof)

    def _fitting(self, inflated: _Inflated, place: Place) -> tuple[Settings, int] | None:
        """Settings that make the stream, and of how much of the content; those of before are tried first."""
        content = memoryview(inflated.content)
        header = place.header
        window = min(15, max(9, (header[0] >> 4) + 8)) if header else 15
        said = header[1] >> 6 if header else None
        likely = FILTERED if place.form is Form.PNG else DEFAULT
        further = candidates(said, window, likely) if self._failures <= PATIENCE else ()
        for settings in dict.fromkeys((*reversed(self._recent), *further)):
            trial = (settings.make if inflated.ended else settings.begin)(content, inflated.packed)
            if trial.made >= LEAST:
                self._recent[settings] = None
                self._recent.move_to_end(settings)
                self._failures = 0
                return settings, trial.needed
            self._vain -= trial.tried
            if self._vain < 0:
                break
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
