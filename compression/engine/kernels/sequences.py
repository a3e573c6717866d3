"""Sequences of bases: guessed where unknown, turned to the strand that is known, and put back between their lines.

A base is a number, 0 to 3, and its complement is 3 minus that. UNKNOWN is anything else.
"""

from typing import Any

from compression.engine.kernels import helper, kernel

NEWLINE, HEAD = 10, 62
UNKNOWN = 4
CONTEXT = 11
"""Bases that tell the next one."""
WORD = 16
"""Bases that are known again."""
CHANCE = 16
"""On the other strand, more than one of so many words must be known beyond those known on this one."""


@kernel("int64(uint8[::1], uint8[::1])")
def guess(bases: Any, after: Any) -> int:
    """Put in place of unknown bases what followed the same ones last; how many. `after`: 4 ** CONTEXT zeros."""
    mask = (1 << 2 * CONTEXT) - 1
    state = guessed = 0
    for i in range(len(bases)):
        if bases[i] > 3:
            bases[i] = after[state & mask]
            guessed += 1
        after[state & mask] = bases[i]
        state = ((state << 2) | bases[i]) & mask
    return guessed


@helper
def _turned(bases: Any, start: int, end: int) -> None:
    """The other strand, in place."""
    i, j = start, end - 1
    while i <= j:
        first = 3 - bases[i]
        bases[i] = 3 - bases[j]
        bases[j] = first
        i += 1
        j -= 1


@helper
def _place(word: int, mask: int) -> int:
    mixed = (word * 0x2545F491) & 0xFFFFFFFFFF
    return (mixed ^ (mixed >> 19)) & mask


@kernel("int64(uint8[::1], int64[::1], uint8[::1], uint8[::1])")
def orient(bases: Any, lengths: Any, known: Any, turned: Any) -> int:
    """Turn the sequences of these lengths, in place, whose other strand is better known; how many.

    `known` has a power of two of zeros.
    """
    mask = len(known) - 1
    words = (1 << 2 * WORD) - 1
    start = count = 0
    for n in range(len(lengths)):
        end = start + lengths[n]
        word = other = balance = 0
        for i in range(start, end):
            word = ((word << 2) | bases[i]) & words
            other = (other >> 2) | ((3 - bases[i]) << 2 * (WORD - 1))
            if i - start >= WORD - 1:
                balance += known[_place(other, mask)]
                balance -= known[_place(word, mask)]
        turned[n] = balance * CHANCE > end - start
        if turned[n]:
            _turned(bases, start, end)
            count += 1
        word = 0
        for i in range(start, end):
            word = ((word << 2) | bases[i]) & words
            if i - start >= WORD - 1:
                known[_place(word, mask)] = 1
        start = end
    return count


@kernel("int64(uint8[::1], int64[::1], uint8[::1])")
def turn_back(bases: Any, lengths: Any, turned: Any) -> int:
    """The inverse of `orient`; the lengths add up to that of `bases`."""
    start = 0
    for n in range(len(lengths)):
        end = start + lengths[n]
        if turned[n]:
            _turned(bases, start, end)
        start = end
    return start


@helper
def _line(data: Any, place: int, out: Any, at: int) -> int:
    """Copy a string with its line end; its bytes, or -1 where the data or the room end before."""
    i = place
    while i < len(data) and at < len(out):
        out[at] = data[i]
        at += 1
        i += 1
        if data[i - 1] == NEWLINE:
            return i - place
    return -1


@helper
def _part(data: Any, place: int, length: int, out: Any, at: int) -> bool:
    """Copy so many bytes and add a line end, where there are so many and room for them."""
    if length > len(data) - place or length >= len(out) - at:
        return False
    for i in range(length):
        out[at + i] = data[place + i]
    out[at + length] = NEWLINE
    return True


@kernel("int64(uint8[::1], uint8[::1], uint32[::1], uint8[::1])")
def wrap(heads: Any, bases: Any, lines: Any, out: Any) -> int:
    """Lines of sequences (their length and 1) and heads (0), each with its line end; the bytes written, or -1."""
    at = head = base = 0
    for line in lines:
        if line == 0:
            length = _line(heads, head, out, at)
            if length < 0:
                return -1
            head += length
            at += length
        else:
            length = int(line) - 1
            if not _part(bases, base, length, out, at):
                return -1
            base += length
            at += length + 1
    return at if head == len(heads) and base == len(bases) else -1


@kernel("int64(uint8[::1], uint8[::1], uint8[::1], uint8[::1], int64[::1], uint8[::1])")
def weave(heads: Any, bases: Any, again: Any, qualities: Any, lengths: Any, out: Any) -> int:
    """Reads of four lines: head, bases, head again, qualities; the bytes written, or -1."""
    at = head = second = base = 0
    for n in range(len(lengths)):
        length = _line(heads, head, out, at)
        if length < 0 or not _part(bases, base, lengths[n], out, at + length):
            return -1
        head += length
        at += length + lengths[n] + 1
        length = _line(again, second, out, at)
        if length < 0 or not _part(qualities, base, lengths[n], out, at + length):
            return -1
        second += length
        base += lengths[n]
        at += length + lengths[n] + 1
    return at if head == len(heads) and second == len(again) and base == len(bases) else -1
