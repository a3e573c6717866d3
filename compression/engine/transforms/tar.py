"""Tar archives: headers by field, padding implied, and the contents of members in groups that are alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from compression.engine.codecs.params import Integers, parameter
from compression.engine.contents import ALONE, Content, grouped, likenesses
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import Array, Kind, Stream, array, flat, words
from compression.engine.tar import (
    BLOCK,
    NAMES,
    NUMBERS,
    TOLD_TYPES,
    TYPE_AT,
    Headers,
    Member,
    content_size,
    members,
    padded,
    put_together,
    taken_apart,
)
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.transforms.sections import joined
from compression.engine.wire import Reader, Writer

MAX_GROUPS, MAX_KIND = 32, 2 * ALONE - 1
NAME_LABELS = ("names", "links", "folders")
NUMBER_LABELS = ("sizes", "times")
FIXED = len(NAMES) + len(NUMBERS) + 3
"""Streams before the groups: fields, blocks of headers, groups of the members, and what is in no member."""
KEPT = 0x80
"""Is added to the group of a member whose padding is kept, since it is not zero."""
LEAST_CUT = 8
"""Content is cut before a member that goes on behind it where that leaves more than one of so many parts of it."""


class Piece(NamedTuple):
    """Content of a member that ends at `end`, or of one before the first header; `told`: an extended header."""

    data: Array
    end: int
    padding: Array
    told: bool


class Gap(NamedTuple):
    """Bytes from `start` on, behind the member of this number, that belong to none."""

    member: int
    start: int
    size: int


@transform
@dataclass(frozen=True)
class Tar(Transform):
    """Fields of text and numbers of the headers; blocks of headers; groups of members; what is in no member; groups.

    Content may begin and end in the middle of a member. The note: bytes before the first header, which count as a
    member; bytes that the last member lacks; for what is in no member the number of the header before, less that of
    the last such, and its bytes.
    """

    id: ClassVar[str] = "tar"
    code: ClassVar[int] = 110
    title: ClassVar[str] = "files of an archive by kind"
    encode_mb_s: ClassVar[float] = 60
    decode_mb_s: ClassVar[float] = 300

    groups: tuple[int, ...] = parameter(
        Integers("Kinds of the groups", 0, MAX_KIND, MAX_GROUPS, 1), default=(1, 4)
    )

    @property
    def outputs(self) -> int:
        return FIXED + len(self.groups)

    def cut(self, data: Array) -> int:
        found = list(members(data.tobytes()))
        goes_on = found and found[-1].short and found[-1].start > len(data) // LEAST_CUT
        return found[-1].start if goes_on else len(data)

    def encode(self, stream: Stream) -> Encoded:
        found = list(members(stream.data.tobytes()))
        if not found:
            raise Unfit("This is no tar archive, nor a part of one in which a member begins")
        pieces = list(_pieces(stream.data, found))
        files = likenesses([piece.data for piece in pieces], [piece.told for piece in pieces])
        numbers = grouped(files, self.groups)
        groups: list[list[Array]] = [[] for _ in self.groups]
        for piece, number in zip(pieces, numbers, strict=True):
            groups[number].append(piece.data)
        kept = [bool(piece.padding.any()) for piece in pieces]
        symbols = bytes(number + KEPT * odd for number, odd in zip(numbers, kept, strict=True))
        gaps = _gaps(found, stream.size)
        outside = {start: stream.data[start : start + size] for _, start, size in gaps}
        outside |= {piece.end: piece.padding for piece, odd in zip(pieces, kept, strict=True) if odd}
        headers = [stream.data[at : at + BLOCK].tobytes() for at, *_ in found]
        labels = map(_label, self.groups)
        return Encoded(
            [
                *_header_streams(taken_apart(headers)),
                Stream(array(symbols), 1, Kind.SYMBOLS, "groups of members"),
                Stream(joined([outside[at] for at in sorted(outside)]), 1, Kind.BYTES, "outside of members"),
                *(Stream(joined(parts), 1, Kind.BYTES, next(labels)) for parts in groups),
            ],
            _note(found, gaps),
        )

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        headers = put_together(_headers(streams))
        blocks = [headers[at : at + BLOCK] for at in range(0, len(headers), BLOCK)]
        reader = Reader(note)
        skipped, short = reader.number(), reader.number()
        gaps = _read_gaps(reader)
        taking = _Taking([_Source(data) for data in streams[FIXED - 1 :]], iter(streams[FIXED - 2].tolist()))
        parts = taking.member(skipped, skipped) if skipped else []
        for number, header in enumerate(blocks):
            size = content_size(header)
            there = padded(size or 0) - (short if number == len(blocks) - 1 else 0)
            if size is None or there < 0:
                raise CorruptStream("A header of an archive is none")
            parts.append(array(header))
            parts += taking.member(min(size, there), there) if size else []
            parts.append(taking.outside.take(gaps.pop(number, 0)))
        if gaps or taking.left or sum(map(len, parts)) > most:
            raise CorruptStream("Something of an archive is left over, or it is too large")
        return joined(parts)


@dataclass
class _Source:
    """A stream that is taken from its front."""

    data: Array
    at: int = 0

    @property
    def left(self) -> int:
        """Bytes that were not taken."""
        return len(self.data) - self.at

    def take(self, size: int) -> Array:
        """The next bytes; raises CorruptStream where there are fewer."""
        if size > self.left:
            raise CorruptStream("A member of an archive is longer than what there is of its group")
        self.at += size
        return self.data[self.at - size : self.at]


@dataclass
class _Taking:
    """What members are put together of: what is outside of them and the groups, and the group of each."""

    sources: list[_Source]
    marks: Iterator[int]

    @property
    def outside(self) -> _Source:
        """What is in no member."""
        return self.sources[0]

    @property
    def left(self) -> bool:
        """Whether something was not taken."""
        return any(source.left for source in self.sources) or next(self.marks, None) is not None

    def member(self, size: int, extent: int) -> list[Array]:
        """The content of the next member, and its padding up to `extent` bytes."""
        mark = next(self.marks, KEPT - 1)
        group, padding = 1 + mark % KEPT, extent - size
        if group >= len(self.sources):
            raise CorruptStream("A member of an archive is in a group that there is not")
        content = self.sources[group].take(size)
        return [content, self.outside.take(padding) if mark >= KEPT else np.zeros(padding, np.uint8)]


def _gaps(found: list[Member], size: int) -> list[Gap]:
    """What is behind members and belongs to none."""
    starts = [*(member.start for member in found[1:]), size]
    pairs = zip(found, starts, strict=True)
    return [
        Gap(number, member.end, start - member.end)
        for number, (member, start) in enumerate(pairs)
        if start > member.end
    ]


def _note(found: list[Member], gaps: list[Gap]) -> bytes:
    writer = Writer()
    writer.number(found[0].start)
    writer.number(found[-1].short)
    before = 0
    for gap in gaps:
        writer.number(gap.member - before)
        writer.number(gap.size)
        before = gap.member
    return bytes(writer.data)


def _read_gaps(reader: Reader) -> dict[int, int]:
    """The bytes behind members, by the number of the member."""
    gaps: dict[int, int] = {}
    number = 0
    while reader.left:
        number += reader.number()
        gaps[number] = reader.number()
    return gaps


def _pieces(data: Array, found: list[Member]) -> Iterator[Piece]:
    """The contents of members that have some, after what is before the first header."""
    if found[0].start:
        yield Piece(data[: found[0].start], found[0].start, data[:0], told=False)
    for member in found:
        if member.size:
            start, told = member.start + BLOCK, int(data[member.start + TYPE_AT]) in TOLD_TYPES
            end = start + member.there
            yield Piece(data[start:end], end, data[end : member.end], told)


def pieces_of(data: Array) -> list[Piece]:
    """The contents of the members of an archive; none where it is no archive."""
    found = list(members(data.tobytes()))
    return list(_pieces(data, found)) if found else []


def _label(kind: int) -> str:
    names = {content.value: content.name.lower() for content in Content}
    return f"members: {names.get(kind % ALONE, 'others')}"


def _header_streams(parts: Headers) -> Iterator[Stream]:
    for label, names in zip(NAME_LABELS, parts.names, strict=True):
        yield Stream(array(b"".join(name + b"\n" for name in names)), 1, Kind.STRINGS, label)
    for label, numbers in zip(NUMBER_LABELS, parts.numbers, strict=True):
        yield Stream(flat(np.array(numbers, "<u8")), 8, Kind.NUMBERS, label)
    yield Stream(parts.blocks, 1, Kind.CODED, "headers")


def _headers(streams: Sequence[Array]) -> Headers:
    """What `_header_streams` made; raises CorruptStream."""
    names, numbers = streams[: len(NAMES)], streams[len(NAMES) : len(NAMES) + len(NUMBERS)]
    texts = [data.tobytes().split(b"\n") for data in names]
    if any(text[-1] for text in texts) or any(len(data) % 8 for data in numbers):
        raise CorruptStream("The fields of an archive's headers are not whole")
    return Headers(
        [text[:-1] for text in texts],
        [words(np.array(data), 8).tolist() for data in numbers],
        streams[len(NAMES) + len(NUMBERS)],
    )
