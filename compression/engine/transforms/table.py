"""Tables in text: CSV and its kin, and whatever else has lines of fields; each column becomes a stream of its own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

import numpy as np

from compression.engine.codecs.params import Flag, Integer, Integers, parameter
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import Array, Kind, Stream, flat, words
from compression.engine.transforms import given
from compression.engine.transforms.base import Encoded, Transform, behind_last, transform
from compression.engine.wire import Reader, Writer

NEWLINE, RETURN = 10, 13
MAX_SHAPES, MAX_COLUMNS = 64, 4096
HEADER_LOOK = 6
"""Lines that tell whether the first is a header."""
_NUMBER = re.compile(rb"""[\s"']*[-+]?\.?[0-9]""")
LONGEST_QUOTATION = 1 << 16
INNER = (11, 12, *range(1, 9), *range(14, 32), *range(127, 256))
"""What may stand for a line end in a field."""
CRLF, OPEN, INNERS = 1, 2, 4
"""Bits of the note: lines end with CR LF; the last line has no end; what stands for line ends in fields follows."""


class Cut(NamedTuple):
    """Lines cut into fields: the ends of all fields, and for each line its number of fields (0: none) and its end.

    Where `inner` is not 0, it stands in `data` for the line ends in fields.
    """

    data: Array
    crlf: bool
    inner: int
    cuts: Any
    counts: Any
    ends: Any


def cut_lines(data: Array, separator: int, quote: int, *, merged: bool) -> Cut:
    """The fields of all lines of `data`, which ends with a line end; see `kernels.table.cut`."""
    from compression.engine.kernels import table

    data = np.array(data)
    occurring = np.bincount(data, minlength=256)
    lines = int(occurring[NEWLINE])
    crlf = 2 * int(occurring[RETURN]) > lines
    free = next((byte for byte in INNER if not occurring[byte] and byte not in (separator, quote)), 0)
    cuts = np.empty(lines + int(occurring[separator]), np.int32)
    counts, ends = np.empty(lines, np.int32), np.empty(lines, np.int32)
    longest = LONGEST_QUOTATION if free and quote else 0
    marks = np.array([separator, quote, merged, crlf, longest], np.int64)
    found = table.cut(data, marks, cuts, counts, ends)
    counts, ends = counts[:found], ends[:found]
    if found < lines:
        data[data == NEWLINE] = free
        data[ends] = NEWLINE
    return Cut(data, crlf, free if found < lines else 0, cuts[: int(counts.sum())], counts, ends)


@transform
@dataclass(frozen=True)
class Table(Transform):
    """Lines of fields between separators, as columns; `columns` are the numbers of fields that lines may have.

    Lines of different numbers are tables of their own. Every other line is kept as a whole, as is a header. Between
    quotation marks are no separators and no ends of lines. Where adjacent separators are `merged`, only the first
    counts, and those at the beginning of a line do not: a field keeps the others. A column that is `given` another (its
    number, from 1) has its rows in the order of that. Streams: the columns, then the lines that were kept, and the
    lengths and the shapes (0: kept) of runs of lines.
    """

    id: ClassVar[str] = "table"
    code: ClassVar[int] = 20
    title: ClassVar[str] = "lines split into columns"
    encode_mb_s: ClassVar[float] = 100
    decode_mb_s: ClassVar[float] = 250

    separator: int = parameter(Integer("Separator", 0, 255), default=44)
    columns: tuple[int, ...] = parameter(
        Integers("Columns of the lines", 1, MAX_COLUMNS, MAX_SHAPES, 1), default=(2,)
    )
    quote: int = parameter(Integer("Quotation mark, 0 for none", 0, 255), default=34)
    merged: bool = parameter(Flag("Adjacent separators are one"), default=False)
    given: tuple[int, ...] = parameter(
        Integers("Columns that give others their order", 0, MAX_COLUMNS, MAX_COLUMNS), default=()
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.columns)) < len(self.columns) or sum(self.columns) > MAX_COLUMNS:
            raise InvalidParams(
                "Numbers of columns differ from each other, and are not too many", field="columns"
            )
        if NEWLINE in (self.separator, self.quote) or self.separator in (self.quote, RETURN):
            raise InvalidParams(
                "Separator, quotation mark and line end differ from each other", field="separator"
            )
        given.check(self.given, self.columns)

    @property
    def outputs(self) -> int:
        return sum(self.columns) + 3

    @property
    def _first_slots(self) -> Any:
        """For each shape the number of its first column; shape 0 has none."""
        return np.cumsum([0, 0, *self.columns], dtype=np.int64)

    def cut(self, data: Array) -> int:
        return behind_last(data)

    def encode(self, stream: Stream) -> Encoded:
        from compression.engine.kernels import table

        data, is_open = _whole_lines(stream.data)
        lines = cut_lines(data, self.separator, self.quote, merged=self.merged)
        names = _header(lines)
        shape_of = np.zeros(max(self.columns) + 1, np.uint8)
        shape_of[list(self.columns)] = range(1, len(self.columns) + 1)
        first, last = int(bool(names)), len(lines.counts) - int(is_open)
        shapes, sizes = np.zeros(len(lines.counts), np.uint8), np.zeros(self.outputs - 2, np.int64)
        slots = self._first_slots
        if not len(shapes) or not table.measure(*lines[3:], shape_of, slots, first, last, shapes, sizes):
            raise Unfit("No line has so many fields")
        limits = np.cumsum(sizes)
        out = np.empty(int(limits[-1]), np.uint8)
        table.gather(lines.data, *lines[3:], shapes, slots, limits - sizes, out)
        *parts, others = np.split(out, limits[:-1])
        if self.given:
            parts = given.ordered(parts, self.given)
        columns = [
            Stream(part, 1, Kind.STRINGS, label)
            for part, label in zip(parts, self._labels(names), strict=True)
        ]
        kept = Stream(others, 1, Kind.TEXT, "lines outside of the table")
        writer = Writer()
        writer.number(CRLF * lines.crlf + OPEN * is_open + INNERS * bool(lines.inner))
        if lines.inner:
            writer.number(lines.inner)
        return Encoded([*columns, kept, *_runs(shapes)], bytes(writer.data))

    def _labels(self, names: list[str]) -> Iterator[str]:
        for count in self.columns:
            for number in range(count):
                table = f" of {count}" if len(self.columns) > 1 else ""
                yield names[number] if len(names) == count else f"column {number + 1}{table}"

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        from compression.engine.kernels import table

        reader = Reader(note)
        flags = reader.number(CRLF | OPEN | INNERS)
        inner = reader.number(255) if flags & INNERS else NEWLINE
        reader.finish()
        *slots, others, run_lengths, shapes = streams
        if len(run_lengths) != 4 * len(shapes):
            raise CorruptStream("The runs of a table's lines do not fit together")
        lengths: Any = words(np.array(run_lengths), 4)
        slots = [*(given.restored(slots, self.given) if self.given else slots), others]
        limits = np.cumsum([len(slot) for slot in slots], dtype=np.int64)
        size = int(limits[-1])
        if flags & CRLF:
            size += int(lengths[shapes > 0].sum(dtype=np.int64))
        if size > min(most, 2 * int(limits[-1])):
            raise CorruptStream("A table is larger than its columns allow")
        places = np.concatenate([np.zeros(1, np.int64), limits[:-1]])
        out = np.empty(size, np.uint8)
        written = table.join(
            np.concatenate(slots),
            places,
            limits,
            np.array(shapes),
            lengths,
            self._first_slots,
            self.separator,
            flags & CRLF,
            out,
        )
        if written != size:
            raise CorruptStream("The columns of a table do not fit together")
        if inner != NEWLINE:
            out[out == inner] = NEWLINE
        return out[: size - 1] if flags & OPEN and size else out


def _whole_lines(data: Array) -> tuple[Array, bool]:
    """The data with a line end behind the last line, and whether that is added."""
    if len(data) >= 1 << 31:
        raise Unfit("This is too large for a table")
    if not len(data) or data[-1] == NEWLINE:
        return data, False
    return np.append(data, np.uint8(NEWLINE)), True


def _runs(shapes: Any) -> tuple[Stream, Stream]:
    """The lengths and the shapes of the runs of equal shapes."""
    starts = np.flatnonzero(np.diff(shapes, prepend=np.uint8(255)))
    lengths = np.diff(starts, append=len(shapes)).astype("<u4")
    return (
        Stream(flat(lengths), 4, Kind.NUMBERS, "lengths of runs of lines"),
        Stream(shapes[starts], 1, Kind.SYMBOLS, "shapes of runs of lines"),
    )


def fields(lines: Cut, most: int) -> list[list[bytes]]:
    """The fields of the first lines, at most `most`; a line that could not be cut has none."""
    found, at, start = [], 0, 0
    for count, end in zip(lines.counts[:most].tolist(), lines.ends[:most].tolist(), strict=True):
        cuts = lines.cuts[at : at + count].tolist()
        found.append([lines.data[a + 1 : b].tobytes() for a, b in pairwise([start - 1, *cuts])])
        at, start = at + count, end + 1
    return found


def _header(lines: Cut) -> list[str]:
    """The names of the columns where the first line tells them: none is a number, but some of those below are."""
    first, *others = fields(lines, HEADER_LOOK) or [[]]
    if any(_NUMBER.match(field) or not field for field in first):
        return []
    if not any(_NUMBER.match(field) for other in others if len(other) == len(first) for field in other):
        return []
    return [field.strip(b" \t\"'\xef\xbb\xbf")[:40].decode("utf-8", "replace") for field in first]
