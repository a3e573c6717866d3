"""Columns of strings, each ended by a line end: taken apart, merged, numbered, and coded by what precedes them."""

from typing import Any

from compression.engine.kernels import helper, kernel

NEWLINE = 10


@kernel("int64(uint8[::1], int64[::1], uint8[::1], uint8[::1], uint8[::1])")
def part(data: Any, ends: Any, fits: Any, kept: Any, others: Any) -> int:
    """Copy the strings that fit to `kept` and the others to `others`, which have just the room for them."""
    to_kept = to_others = start = 0
    for n in range(len(ends)):
        end = ends[n] + 1
        if fits[n]:
            for i in range(start, end):
                kept[to_kept] = data[i]
                to_kept += 1
        else:
            for i in range(start, end):
                others[to_others] = data[i]
                to_others += 1
        start = end
    return to_kept


@helper
def _copied(data: Any, place: int, out: Any, at: int) -> int:
    """Copy a string with its line end; returns its bytes, or -1 where the data or the room end before."""
    i = place
    while i < len(data) and at < len(out):
        out[at] = data[i]
        at += 1
        i += 1
        if data[i - 1] == NEWLINE:
            return i - place
    return -1


@kernel("int64(uint8[::1], uint8[::1], uint32[::1], uint8[::1])")
def merge(kept: Any, others: Any, gaps: Any, out: Any) -> int:
    """The inverse of `part`: one of the others after so many kept strings each; the bytes written, or -1."""
    at = from_kept = from_others = 0
    for gap in gaps:
        for _ in range(gap):
            length = _copied(kept, from_kept, out, at)
            if length < 0:
                return -1
            from_kept += length
            at += length
        length = _copied(others, from_others, out, at)
        if length < 0:
            return -1
        from_others += length
        at += length
    if from_others != len(others) or len(out) - at != len(kept) - from_kept:
        return -1
    for i in range(from_kept, len(kept)):
        out[at] = kept[i]
        at += 1
    return at


@kernel("int64(uint8[::1], int64[::1], int64[::1], int32[::1], int64[::1], int64[::1])")
def number(data: Any, ends: Any, slots: Any, numbers: Any, firsts: Any, times: Any) -> int:
    """Number the strings by their first appearance; how many there are, or -1 where they are more than `firsts` holds.

    `slots` has a power of two of places, at least twice as many as `firsts`, all -1. `firsts` gets for each number
    the first string that has it, `times` how many have it.
    """
    known = start = 0
    mask = len(slots) - 1
    for n in range(len(ends)):
        end = ends[n]
        mixed = 0
        for i in range(start, end):
            mixed = ((mixed ^ data[i]) * 0x2545F491) & 0xFFFFFFFFFF
        place = (mixed ^ (mixed >> 21)) & mask
        while True:
            found = slots[place]
            if found < 0:
                if known >= len(firsts):
                    return -1
                found = known
                slots[place] = known
                firsts[known] = n
                times[known] = 0
                known += 1
                break
            first = firsts[found]
            begin = ends[first - 1] + 1 if first > 0 else 0
            if ends[first] - begin == end - start:
                i = 0
                while i < end - start and data[begin + i] == data[start + i]:
                    i += 1
                if i == end - start:
                    break
            place = (place + 1) & mask
        numbers[n] = found
        times[found] += 1
        start = end + 1
    return known


@kernel("int64(uint8[::1], int64[::1], uint8[::1], uint8[::1])")
def front(data: Any, ends: Any, shared: Any, rests: Any) -> int:
    """How many bytes each string has in common with the one before, at most 255, and what follows; its bytes."""
    at = start = before = 0
    for n in range(len(ends)):
        end = ends[n]
        length = 0
        if n > 0:
            most = min(end - start, start - 1 - before, 255)
            while length < most and data[before + length] == data[start + length]:
                length += 1
        shared[n] = length
        for i in range(start + length, end + 1):
            rests[at] = data[i]
            at += 1
        before = start
        start = end + 1
    return at


@kernel("int64(uint8[::1], uint8[::1], uint8[::1])")
def unfront(shared: Any, rests: Any, out: Any) -> int:
    """The inverse of `front`; the bytes written, or -1."""
    at = place = before = 0
    for n in range(len(shared)):
        start = at
        length = shared[n]
        if before + length > start - (1 if n > 0 else 0) or at + length > len(out):
            return -1
        for i in range(length):
            out[at] = out[before + i]
            at += 1
        copied = _copied(rests, place, out, at)
        if copied < 0:
            return -1
        place += copied
        at += copied
        before = start
    return at if place == len(rests) else -1


@kernel("int64(uint8[::1], int64[::1], int64[::1], uint8[::1])")
def take(data: Any, ends: Any, numbers: Any, out: Any) -> int:
    """Copy the strings of these numbers, all of which exist, into just the room that they need; the bytes."""
    at = 0
    for number in numbers:
        start = ends[number - 1] + 1 if number > 0 else 0
        for i in range(start, ends[number] + 1):
            out[at] = data[i]
            at += 1
    return at


@kernel("int64(uint8[::1], int64[::1], uint8[::1], uint8[::1], uint8[::1])")
def embraced(data: Any, ends: Any, before: Any, behind: Any, fits: Any) -> int:
    """Mark the strings that begin and end with these; how many do."""
    start = count = 0
    around = len(before) + len(behind)
    for n in range(len(ends)):
        end = ends[n]
        fit = end - start >= around
        if fit:
            for i in range(len(before)):
                fit = fit and data[start + i] == before[i]
            for i in range(len(behind)):
                fit = fit and data[end - len(behind) + i] == behind[i]
        fits[n] = fit
        count += fit
        start = end + 1
    return count


@kernel("int64(uint8[::1], int64[::1], int64, int64, uint8[::1])")
def strip(data: Any, ends: Any, before: int, behind: int, out: Any) -> int:
    """Copy the strings without so many bytes at their beginning and end, which they have; the bytes."""
    at = start = 0
    for n in range(len(ends)):
        for i in range(start + before, ends[n] - behind):
            out[at] = data[i]
            at += 1
        out[at] = NEWLINE
        at += 1
        start = ends[n] + 1
    return at


@kernel("int64(uint8[::1], uint8[::1], uint8[::1], uint8[::1])")
def embrace(data: Any, before: Any, behind: Any, out: Any) -> int:
    """The inverse of `strip`, into just the room that is needed; the bytes."""
    at = 0
    begins = True
    for byte in data:
        if begins:
            for i in range(len(before)):
                out[at + i] = before[i]
            at += len(before)
        begins = byte == NEWLINE
        if begins:
            for i in range(len(behind)):
                out[at + i] = behind[i]
            at += len(behind)
        out[at] = byte
        at += 1
    return at


@helper
def _key(data: Any, start: int, end: int) -> int:
    """A number for a string: in the order of their amount for decimals, alike for texts that begin alike."""
    while start < end and (data[start] == 32 or data[start] == 34 or data[start] == 39):
        start += 1
    negative = start < end and data[start] == 45
    if negative:
        start += 1
    whole = -1
    digits = 0
    for i in range(start, end):
        if data[i] == 46 and whole < 0:
            whole = digits
        elif 48 <= data[i] <= 57:
            digits += 1
        else:
            break
    plain = digits + (1 if whole >= 0 else 0) >= end - start
    size = min(31, digits if whole < 0 else whole) if plain else min(31, end - start)
    bits = 4 if plain else 8
    key = 0
    left = 56
    for i in range(start, end):
        if plain and data[i] == 46:
            continue
        if left == 0:
            break
        left -= bits
        key |= (data[i] - 48 if plain else data[i]) << left
    return ((32 - size) << 56) - key if negative else ((32 + size) << 56) + key


@kernel("int64(uint8[::1], int64[::1], int64[::1])")
def keys(data: Any, ends: Any, out: Any) -> int:
    """The key of every string: numbers near each other for strings that are alike."""
    start = 0
    for n in range(len(ends)):
        out[n] = _key(data, start, ends[n])
        start = ends[n] + 1
    return start


@helper
def _nibble(byte: int, letters: int) -> int:
    """The value of a hexadecimal digit whose letters begin with this one; -1 for others."""
    if 48 <= byte <= 57:
        return byte - 48
    return byte - letters + 10 if 0 <= byte - letters < 6 else -1


@kernel("int64(uint8[::1], int64[::1], uint8[::1], int64, int64, uint8[::1], uint8[::1])")
def unhex(data: Any, ends: Any, pattern: Any, letters: int, width: int, out: Any, fits: Any) -> int:
    """Pack the digits of the strings that are like the pattern, whose zeros are digits; how many are.

    The `width` bytes of a string have its last digits first. `out` has room for all strings.
    """
    start = count = 0
    for n in range(len(ends)):
        fit = ends[n] - start == len(pattern)
        place = count * width
        for k in range(width):
            out[place + k] = 0
        digit = 0
        for k in range(len(pattern) - 1, -1, -1):
            if fit and pattern[k] != 0:
                fit = data[start + k] == pattern[k]
            elif fit:
                value = _nibble(data[start + k], letters)
                fit = value >= 0
                if fit:
                    out[place + digit // 2] |= value << (digit % 2 * 4)
                digit += 1
        fits[n] = fit
        count += fit
        start = ends[n] + 1
    return count


@kernel("int64(uint8[::1], uint8[::1], int64, int64, uint8[::1])")
def hexed(packed: Any, pattern: Any, letters: int, width: int, out: Any) -> int:
    """The inverse of `unhex`, each string with a line end, into just the room that is needed; -1 for other digits."""
    at = 0
    for n in range(len(packed) // width):
        digit = 0
        for k in range(len(pattern) - 1, -1, -1):
            if pattern[k] != 0:
                out[at + k] = pattern[k]
            else:
                value = packed[n * width + digit // 2] >> (digit % 2 * 4) & 15
                out[at + k] = value + (48 if value < 10 else letters - 10)
                digit += 1
        at += len(pattern)
        out[at] = NEWLINE
        at += 1
    return at
