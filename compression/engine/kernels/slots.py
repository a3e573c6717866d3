"""Records of text and the slots in them: what varies where the rest recurs. `templates` goes on from there."""

from typing import Any

from compression.engine.kernels import helper, kernel

NEWLINE, BACKSLASH, COLON, SPACE = 10, 92, 58, 32
DOT, MINUS, ZERO, NINE, UPPER_A, UPPER_Z, LOWER_A, LOWER_Z, DOUBLE = 46, 45, 48, 57, 65, 90, 97, 122, 34
MARK, END = 0, 1
"""A record that has one of these bytes outside of its slots has no template."""
DIGITS, NUMBERS, WORDS = 0, 1, 2
PLACE, LITERAL, PREFIX = 0, 1, 2
COUNTED = 4
"""By place: so many slots are told apart by their number."""
LOOK_BACK, SHORTEST = 24, 6
"""Repeats: how many slots before this one are looked at, and bytes of the shortest repeat."""
NO_REPEAT = 0


@helper
def _closing(data: Any, at: int, end: int, quote: int) -> int:
    """What is behind the quotation that opens at `at`; minus the place where the search ended where none closes."""
    i = at + 1
    while i < end:
        byte = data[i]
        if byte == NEWLINE:
            return -i
        if byte == quote:
            if i + 1 >= end or data[i + 1] != quote:
                return i + 1
            i += 1
        elif byte == BACKSLASH and quote == DOUBLE and i + 1 < end and data[i + 1] != NEWLINE:
            i += 1
        i += 1
    return -end


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
def _digit(byte: int) -> bool:
    return ZERO <= byte <= NINE


@helper
def _alphanumeric(byte: int) -> bool:
    return ZERO <= byte <= NINE or UPPER_A <= byte <= UPPER_Z or LOWER_A <= byte <= LOWER_Z or byte >= 128


@helper
def _number_end(data: Any, start: int, at: int, end: int, mode: int) -> int:
    """The end of the digits or number that begins at `at`, or `at`."""
    i = at
    if mode == NUMBERS and data[i] == MINUS and (at == start or not _alphanumeric(data[at - 1])):
        i += 1
    if i >= end or not _digit(data[i]):
        return at
    while i < end and (
        _digit(data[i]) or (mode == NUMBERS and data[i] == DOT and i + 1 < end and _digit(data[i + 1]))
    ):
        i += 1
    return i


@helper
def _word_end(data: Any, start: int, at: int, end: int) -> int:
    """The end of the word that begins at `at` and holds a digit, or `at`."""
    if data[at] <= SPACE or (at > start and data[at - 1] > SPACE):
        return at
    i = at
    found = False
    while i < end and data[i] > SPACE:
        found = found or _digit(data[i])
        i += 1
    return i if found else at


@helper
def _is_key(data: Any, at: int, end: int) -> bool:
    """Whether a colon follows, maybe behind spaces."""
    i = at
    while i < end and data[i] == SPACE:
        i += 1
    return i < end and data[i] == COLON


@helper
def _same(data: Any, one: int, other: int, length: int) -> bool:
    i = 0
    while i < length and data[one + i] == data[other + i]:
        i += 1
    return i == length


@helper
def _may_begin(byte: int, quote: int, mode: int) -> bool:
    """Whether a slot may begin with this byte; most cannot, and this is quick."""
    return (
        byte == quote
        or _digit(byte)
        or (mode == NUMBERS and byte == MINUS)
        or (mode == WORDS and byte > SPACE)
    )


@helper
def _slot(
    data: Any, start: int, at: int, end: int, quote: int, mode: int, silent: int
) -> tuple[int, int, int]:
    """Where a slot begins and stops (both `at` if none is here), and before where quotation marks mean nothing."""
    if data[at] == quote and at >= silent:
        closing = _closing(data, at, end, quote)
        silent = abs(closing)
        if closing > 0 and not _is_key(data, closing, end):
            return at + 1, closing - 1, silent
    if mode == WORDS:
        return at, _word_end(data, start, at, end), silent
    return at, _number_end(data, start, at, end, mode), silent


@helper
def _repeated(data: Any, starts: Any, stops: Any, first: int, at: int) -> int:
    """How many slots before slot `at` one has the same bytes, not before slot `first`; or NO_REPEAT."""
    length = stops[at] - starts[at]
    if length < SHORTEST:
        return NO_REPEAT
    for back in range(1, min(at - first, LOOK_BACK) + 1):
        other = at - back
        if stops[other] - starts[other] == length and _same(data, starts[other], starts[at], length):
            return back
    return NO_REPEAT


@helper
def _mixed(state: int, value: int) -> int:
    return ((state ^ (state >> 17) ^ value) * 0x2545F491) & 0xFFFFFFFFFFFF


@helper
def _context(template: int, literal: int, number: int, by: int) -> int:
    """What tells the column of slot `number`, by what is before it in the template, and since the slot before."""
    if by == PREFIX:
        return template
    return _mixed(literal, 1000 + number) if by == PLACE and number < COUNTED else literal


@kernel(
    "int64(uint8[::1], uint8[::1], int64, int64, int64, int32[::1], int32[::1], int64[::1], int32[::1], int32[::1],"
    " int64[::1])"
)
def parse(
    data: Any,
    is_end: Any,
    quote: int,
    mode: int,
    by: int,
    ends: Any,
    slots: Any,
    hashes: Any,
    starts: Any,
    stops: Any,
    contexts: Any,
) -> int:
    """Find the records, with the slots so far and a hash of the template (-1: it can have none); how many there are.

    Each slot has a context: a hash that tells its column, or minus the slots back. -1 where the arrays are too short.
    """
    record = slot = start = 0
    while start < len(data) and record < len(ends):
        end = _record_end(data, start, len(data), is_end)
        first, sound = slot, True
        template = literal = 1
        i = silent = start
        while i < end:
            byte = data[i]
            begin = stop = i
            if _may_begin(byte, quote, mode):
                begin, stop, silent = _slot(data, start, i, end, quote, mode, silent)
            if begin > i or stop == i:
                sound = sound and byte != MARK and byte != END
                template, literal = _mixed(template, byte), _mixed(literal, byte)
            if stop == i:
                i += 1
                continue
            if slot >= len(starts):
                return -1
            starts[slot] = begin
            stops[slot] = stop
            back = _repeated(data, starts, stops, first, slot)
            contexts[slot] = _context(template, literal, slot - first, by) if back == NO_REPEAT else -back
            template = _mixed(template, 256 + back)
            literal = 2
            slot += 1
            i = stop
        ends[record] = end
        slots[record] = slot
        hashes[record] = template if sound else -1
        record += 1
        start = end
    return record if start == len(data) else -1
