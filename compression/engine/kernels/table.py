"""Tables in text: lines cut into fields, fields gathered by column, and back.

A line of as many fields as some shape has columns is of that shape (1 and up); every other line is of shape 0 and kept
as a whole. Slots are numbered from 0: the columns of shape 1, of shape 2, ..., and last the whole lines.
"""

from typing import Any

from compression.engine.kernels import helper, kernel

NEWLINE, RETURN = 10, 13
MOST_MISSED = 32
"""Quotations without an end after which line ends are parts of none."""


@helper
def _closes(following: int, separator: int, quote: int) -> bool:
    """Whether a quotation mark before this byte may be the last of a field, or one of two."""
    return following in (separator, quote, NEWLINE, RETURN)


@kernel("int64(uint8[::1], int64[::1], int32[::1], int32[::1], int32[::1])")
def cut(data: Any, marks: Any, cuts: Any, counts: Any, ends: Any) -> int:
    """Find the ends of all fields, the number of fields of each line and its end; returns the number of lines.

    `marks`: separator, quotation mark, `merge`, `crlf`, `longest`. `data` ends with a line end. Lines of 0 fields have
    no ends: a quotation is open, or the line end is another. Of adjacent separators only the first is one where
    `merge`, and none at the beginning of a line. A line end in a quotation that is a field is a part of it, where that
    goes on for `longest` bytes at most.
    """
    separator, quote, merge, crlf, longest = marks[0], marks[1], marks[2], marks[3], marks[4]
    at = first = line = start = begin = i = missed = 0
    opened = quoted = False
    resume = stopped = -1
    most = MOST_MISSED if longest > 0 else 0
    while i < len(data):
        byte = data[i]
        if byte == NEWLINE and opened and quoted and missed < most and i != stopped:
            resume = i if resume < 0 else resume
            if i - resume < longest and i + 1 < len(data):
                i += 1
                continue
            stopped = resume
        elif byte == quote and opened and resume >= 0 and not _closes(data[i + 1], separator, quote):
            stopped = resume
        if stopped == resume and resume >= 0:
            # The quotation has no end: the line is over where it first could be.
            i = resume
            byte = NEWLINE
            missed += 1
        if byte == NEWLINE:
            if opened or (crlf and (i == start or data[i - 1] != RETURN)):
                at = first
            else:
                cuts[at] = i - 1 if crlf else i
                at += 1
            counts[line] = at - first
            ends[line] = i
            line += 1
            first, start, begin, resume = at, i + 1, i + 1, -1
            opened = quoted = False
        elif byte == quote:
            quoted = quoted or i == begin
            opened = not opened
        elif byte == separator and not opened and not (merge and (i == start or data[i - 1] == separator)):
            cuts[at] = i
            at += 1
            begin = i + 1
            quoted = False
        i += 1
    return line


@kernel(
    "int64(int32[::1], int32[::1], int32[::1], uint8[::1], int64[::1], int64, int64, uint8[::1], int64[::1])"
)
def measure(
    cuts: Any,
    counts: Any,
    ends: Any,
    shape_of: Any,
    first_slot: Any,
    first: int,
    last: int,
    shapes: Any,
    sizes: Any,
) -> int:
    """The shape of every line, and the bytes of every slot; returns the number of lines that have a shape above 0.

    Only lines from `first` to before `last` have one.
    """
    at = start = fitting = 0
    for line in range(len(counts)):
        count = counts[line]
        shape = shape_of[count] if first <= line < last and count < len(shape_of) else 0
        shapes[line] = shape
        if shape == 0:
            sizes[len(sizes) - 1] += ends[line] + 1 - start
        else:
            fitting += 1
            slot = first_slot[shape]
            begin = start
            for k in range(count):
                sizes[slot + k] += cuts[at + k] + 1 - begin
                begin = cuts[at + k] + 1
        at += count
        start = ends[line] + 1
    return fitting


@kernel(
    "int64(uint8[::1], int32[::1], int32[::1], int32[::1], uint8[::1], int64[::1], int64[::1], uint8[::1])"
)
def gather(
    data: Any, cuts: Any, counts: Any, ends: Any, shapes: Any, first_slot: Any, places: Any, out: Any
) -> int:
    """Copy every field, with a line end, to the place of its slot, and move that on."""
    at = start = 0
    for line in range(len(counts)):
        count = counts[line]
        shape = shapes[line]
        if shape == 0:
            slot = len(places) - 1
            to = places[slot]
            for i in range(start, ends[line] + 1):
                out[to] = data[i]
                to += 1
            places[slot] = to
        else:
            slot = first_slot[shape]
            begin = start
            for k in range(count):
                to = places[slot + k]
                end = cuts[at + k]
                for i in range(begin, end):
                    out[to] = data[i]
                    to += 1
                out[to] = NEWLINE
                places[slot + k] = to + 1
                begin = end + 1
        at += count
        start = ends[line] + 1
    return start


@helper
def _copied(data: Any, place: int, limit: int, out: Any, at: int) -> int:
    """Copy what is before the next line end; returns the number of bytes, or -1 where it does not fit."""
    length = 0
    while place + length < limit and data[place + length] != NEWLINE:
        if at + length >= len(out):
            return -1
        out[at + length] = data[place + length]
        length += 1
    return length if place + length < limit else -1


@kernel(
    "int64(uint8[::1], int64[::1], int64[::1], uint8[::1], uint32[::1], int64[::1], int64, int64, uint8[::1])"
)
def join(
    data: Any,
    places: Any,
    limits: Any,
    shapes: Any,
    lengths: Any,
    first_slot: Any,
    separator: int,
    crlf: int,
    out: Any,
) -> int:
    """Put the lines together again; returns the bytes that were written, or -1 where the slots do not fit together.

    Slot n is what `data` has from `places[n]` to `limits[n]`; shape s has the slots from `first_slot[s]` on, as far as
    `first_slot[s + 1]`. `shapes` and `lengths` tell of runs of lines of the same shape.
    """
    at = 0
    for run in range(len(shapes)):
        shape = shapes[run]
        if shape + 1 >= len(first_slot):
            return -1
        slot, last = len(places) - 1, len(places)
        if shape > 0:
            slot, last = first_slot[shape], first_slot[shape + 1]
        for _ in range(lengths[run]):
            for k in range(slot, last):
                length = _copied(data, places[k], limits[k], out, at)
                if length < 0 or at + length + 2 > len(out) + (0 if crlf and shape > 0 else 1):
                    return -1
                places[k] += length + 1
                at += length + 1
                out[at - 1] = separator
            if crlf and shape > 0:
                out[at - 1] = RETURN
                at += 1
            out[at - 1] = NEWLINE
    for k in range(len(places)):
        if places[k] != limits[k]:
            return -1
    return at
