"""Records of text by template: what recurs is the template, what varies (the slots of a record) is gathered by column.

A template is a record with MARK in place of each slot. A slot whose bytes are those of an earlier slot of the same
record is a repeat: it is told by how many slots it is behind that one, and belongs to no column.
"""

from typing import Any

from compression.engine.kernels import helper, kernel

NEWLINE = 10
MARK, END = 0, 1
"""In templates: a slot; the end of a template."""
LOOK_BACK = 24
"""Repeats are at most so many slots behind."""


@helper
def _same(data: Any, one: int, other: int, length: int) -> bool:
    i = 0
    while i < length and data[one + i] == data[other + i]:
        i += 1
    return i == length


@helper
def _alike(
    data: Any, ends: Any, slots: Any, starts: Any, stops: Any, contexts: Any, one: int, other: int
) -> bool:
    """Whether two records have the same template."""
    at = ends[one - 1] if one > 0 else 0
    to = ends[other - 1] if other > 0 else 0
    first = slots[one - 1] if one > 0 else 0
    second = slots[other - 1] if other > 0 else 0
    count = slots[one] - first
    if slots[other] - second != count:
        return False
    for k in range(count):
        a, b = first + k, second + k
        length = starts[a] - at
        if starts[b] - to != length or not _same(data, at, to, length):
            return False
        if (contexts[a] < 0 or contexts[b] < 0) and contexts[a] != contexts[b]:
            return False
        at = stops[a]
        to = stops[b]
    length = ends[one] - at
    return ends[other] - to == length and _same(data, at, to, length)


@kernel(
    "int64(uint8[::1], int32[::1], int32[::1], int64[::1], int32[::1], int32[::1], int64[::1], int32[::1], int32[::1],"
    " int32[::1], int32[::1])"
)
def match(
    data: Any,
    ends: Any,
    slots: Any,
    hashes: Any,
    starts: Any,
    stops: Any,
    contexts: Any,
    table: Any,
    numbers: Any,
    firsts: Any,
    times: Any,
) -> int:
    """Number the templates by their first appearance; how many there are.

    `table` has a power of two of places, at least twice as many as there are records, all -1. `numbers` gets the
    template of each record, -1 for none, `firsts` the first record of each template, `times` how many have it.
    """
    known = 0
    mask = len(table) - 1
    for record in range(len(numbers)):
        if hashes[record] < 0:
            numbers[record] = -1
            continue
        place = (hashes[record] ^ (hashes[record] >> 23)) & mask
        while True:
            found = table[place]
            if found < 0:
                found = known
                table[place] = known
                firsts[known] = record
                times[known] = 0
                known += 1
                break
            if hashes[firsts[found]] == hashes[record] and _alike(
                data, ends, slots, starts, stops, contexts, firsts[found], record
            ):
                break
            place = (place + 1) & mask
        numbers[record] = found
        times[found] += 1
    return known


@kernel(
    "int64(uint8[::1], int32[::1], int32[::1], int32[::1], int32[::1], int64[::1], uint8[::1], int64[::1])"
)
def write(
    data: Any, ends: Any, slots: Any, starts: Any, stops: Any, records: Any, out: Any, sizes: Any
) -> int:
    """Write the templates of these records, each with END behind it; `out` has room for all bytes of the records and
    two more for each slot and record. `sizes` gets the number of slots of each. Returns the bytes."""
    to = 0
    for n in range(len(records)):
        record = records[n]
        at = ends[record - 1] if record > 0 else 0
        first = slots[record - 1] if record > 0 else 0
        for slot in range(first, slots[record]):
            for i in range(at, starts[slot]):
                out[to] = data[i]
                to += 1
            out[to] = MARK
            to += 1
            at = stops[slot]
        for i in range(at, ends[record]):
            out[to] = data[i]
            to += 1
        out[to] = END
        to += 1
        sizes[n] = slots[record] - first
    return to


@kernel("int64(int32[::1], int32[::1], int32[::1], int32[::1], int32[::1], int64[::1], int64[::1])")
def measure(ends: Any, slots: Any, starts: Any, stops: Any, ids: Any, places: Any, sizes: Any) -> int:
    """Add up the bytes of the slots of each template, one more for each string; returns those of other records.

    `ids` has 1 and up for templates, 0 for other records; slot k of template t is in `sizes[places[t - 1] + k]`.
    """
    others = 0
    for record in range(len(ids)):
        first = slots[record - 1] if record > 0 else 0
        if ids[record] == 0:
            others += ends[record] - (ends[record - 1] if record > 0 else 0)
            continue
        place = places[ids[record] - 1]
        for slot in range(first, slots[record]):
            sizes[place + slot - first] += stops[slot] - starts[slot] + 1
    return others


@kernel(
    "int64(uint8[::1], int32[::1], int32[::1], int32[::1], int32[::1], int64[::1], int32[::1], int64[::1], uint8[::1],"
    " int64[::1], uint8[::1])"
)
def gather(
    data: Any,
    ends: Any,
    slots: Any,
    starts: Any,
    stops: Any,
    contexts: Any,
    ids: Any,
    places: Any,
    columns: Any,
    at: Any,
    out: Any,
) -> int:
    """Copy each slot with a line end to where its column goes on, `at`, and other records to the last of these."""
    others = len(at) - 1
    for record in range(len(ids)):
        first = slots[record - 1] if record > 0 else 0
        if ids[record] == 0:
            to = at[others]
            for i in range(ends[record - 1] if record > 0 else 0, ends[record]):
                out[to] = data[i]
                to += 1
            at[others] = to
            continue
        place = places[ids[record] - 1]
        for slot in range(first, slots[record]):
            if contexts[slot] < 0:
                continue
            column = columns[place + slot - first]
            to = at[column]
            for i in range(starts[slot], stops[slot]):
                out[to] = data[i]
                to += 1
            out[to] = NEWLINE
            at[column] = to + 1
    return len(ids)


@helper
def _record_end(data: Any, at: int, end: int, is_end: Any) -> int:
    """The end of the record that begins at `at`: behind the next end byte, whatever surrounds it."""
    i = at
    while i < end:
        i += 1
        if is_end[data[i - 1]]:
            return i
    return end


@helper
def _copied(data: Any, start: int, length: int, out: Any, at: int) -> bool:
    """Copy so many bytes where there is room for them."""
    if at + length > len(out):
        return False
    for i in range(length):
        out[at + i] = data[start + i]
    return True


@helper
def _string(data: Any, start: int, limit: int) -> int:
    """The bytes of the string that begins at `start`, without its line end; -1 where that is missing."""
    i = start
    while i < limit:
        if data[i] == NEWLINE:
            return i - start
        i += 1
    return -1


@helper
def _expanded(
    texts: Any,
    text: int,
    columns: Any,
    place: int,
    data: Any,
    at: Any,
    limits: Any,
    out: Any,
    start: int,
    seen: Any,
) -> int:
    """Write one record by the template at `text`; where it ends, or -1."""
    to = start
    slot = 0
    while texts[text] != END:
        byte = texts[text]
        text += 1
        if byte != MARK:
            if to >= len(out):
                return -1
            out[to] = byte
            to += 1
            continue
        column = columns[place + slot]
        if column >= len(at) - 1:
            back = 255 - column
            if not 0 < back <= min(slot, LOOK_BACK):
                return -1
            other = (slot - back) % LOOK_BACK
            begin, length = seen[0, other], seen[1, other]
            if not _copied(out, begin, length, out, to):
                return -1
        else:
            begin = at[column]
            length = _string(data, begin, limits[column])
            if length < 0 or not _copied(data, begin, length, out, to):
                return -1
            at[column] = begin + length + 1
        seen[0, slot % LOOK_BACK] = to
        seen[1, slot % LOOK_BACK] = length
        to += length
        slot += 1
    return to


@kernel(
    "int64(int32[::1], uint8[::1], int64[::1], uint8[::1], int64[::1], uint8[::1], int64[::1], int64[::1], uint8[::1],"
    " int64[:, ::1], uint8[::1])"
)
def expand(
    ids: Any,
    texts: Any,
    begins: Any,
    columns: Any,
    places: Any,
    data: Any,
    at: Any,
    limits: Any,
    is_end: Any,
    seen: Any,
    out: Any,
) -> int:
    """Write all records; returns the bytes, or -1 where the streams do not fit together.

    Template t begins at `begins[t - 1]` of `texts`, which ends with END, and has the columns from `places[t - 1]` on:
    as many as it has marks, and those that are no column are repeats, 255 minus the number of slots back. Column n is
    what `data` has from `at[n]` to `limits[n]`; the last of them has the other records. All ids are known templates.
    """
    to = 0
    others = len(at) - 1
    for n in ids:
        if n > 0:
            to = _expanded(texts, begins[n - 1], columns, places[n - 1], data, at, limits, out, to, seen)
            if to < 0:
                return -1
            continue
        start = at[others]
        end = _record_end(data, start, limits[others], is_end)
        if end == start or not _copied(data, start, end - start, out, to):
            return -1
        at[others] = end
        to += end - start
    for column in range(len(at)):
        if at[column] != limits[column]:
            return -1
    return to
