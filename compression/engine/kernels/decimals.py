"""Numbers in decimal notation and back.

A number has `places` digits behind the point, of which zeros at the end are left out as long as there are more than
`least`; without any digit there is no point. The whole part has no superfluous zeros, but a number of fewer than
`length` characters is filled up with `fill` in front.
"""

from typing import Any

import numpy as np

from compression.engine.kernels import helper, kernel

ZERO, MINUS, POINT, NEWLINE = 48, 45, 46, 10
MOST_DIGITS = 18


@helper
def _unfilled(data: Any, start: int, end: int, length: int, fill: int) -> int:
    """The place behind what fills the number up to its length, -1 where it is shorter."""
    if end - start < length:
        return -1
    if end - start == length:
        while start < end - 1 and data[start] == fill and data[start + 1] != POINT:
            start += 1
    return start


@helper
def _digits(data: Any, at: int, end: int, value: int, most: int) -> tuple[int, int]:
    """Append the digits from a place on, at most so many, to a value; the value and the place behind."""
    last = min(end, at + most)
    while at < last and 0 <= data[at] - ZERO <= 9:
        value = value * 10 + data[at] - ZERO
        at += 1
    return value, at


@helper
def _number(
    data: Any, start: int, end: int, places: int, least: int, length: int, fill: int, out: Any, n: int
) -> int:
    """Read the number from `start` to `end` into `out[n]`; whether it is written as such numbers are, as 0 or 1."""
    whole = _unfilled(data, start, end, length, fill)
    if whole < 0 or whole >= end:
        return 0
    negative = data[whole] == MINUS
    if negative:
        whole += 1
    value, at = _digits(data, whole, end, 0, MOST_DIGITS - places)
    if at == whole or (at > whole + 1 and data[whole] == ZERO) or (negative and fill == ZERO and length > 0):
        return 0
    shown = 0
    if at < end:
        if data[at] != POINT or end - at > places + 1:
            return 0
        shown = end - at - 1
        value, at = _digits(data, at + 1, end, value, places)
        if at < end or shown == 0 or (shown > least and data[end - 1] == ZERO):
            return 0
    if shown < least or (negative and value == 0):
        return 0
    for _ in range(places - shown):
        value *= 10
    out[n] = -value if negative else value
    return 1


@kernel("int64(uint8[::1], int64[::1], int64, int64, int64, int64, int64[::1], uint8[::1])")
def parse(
    data: Any, ends: Any, places: int, least: int, length: int, fill: int, values: Any, fits: Any
) -> int:
    """Read the strings that are such numbers; how many are."""
    start = count = 0
    for n in range(len(ends)):
        fits[n] = _number(data, start, ends[n], places, least, length, fill, values, n)
        count += fits[n]
        start = ends[n] + 1
    return count


@helper
def _shown(value: int, places: int, least: int) -> int:
    """How many digits behind the point a number has."""
    shown = places
    while shown > least and value % 10 == 0:
        value //= 10
        shown -= 1
    return shown


@helper
def _characters(value: int, places: int, shown: int) -> int:
    """How many characters a number that is not negative has that shows so many digits behind the point."""
    digits = 1
    while value >= 10:
        value //= 10
        digits += 1
    return max(digits - places, 1) + (shown + 1 if shown > 0 else 0)


@kernel("int64(int64[::1], int64, int64, int64)")
def measure(values: Any, places: int, least: int, length: int) -> int:
    """The bytes of all numbers, each with a line end; -1 where one is too large."""
    total = 0
    for value in values:
        amount = abs(value)
        if amount < 0:
            return -1
        size = _characters(amount, places, _shown(amount, places, least)) + (1 if value < 0 else 0)
        total += max(size, length) + 1
    return total


@kernel("int64(int64[::1], int64, int64, int64, int64, uint8[::1])")
def write(values: Any, places: int, least: int, length: int, fill: int, out: Any) -> int:
    """Write the numbers, each with a line end, into just the room that `measure` told."""
    at = 0
    for value in values:
        amount = abs(value)
        shown = _shown(amount, places, least)
        size = _characters(amount, places, shown) + (1 if value < 0 else 0)
        for _ in range(length - size):
            out[at] = fill
            at += 1
        at += size
        for _ in range(places - shown):
            amount //= 10
        i = at - 1
        if shown > 0:
            for _ in range(shown):
                out[i] = ZERO + amount % 10
                amount //= 10
                i -= 1
            out[i] = POINT
            i -= 1
        while amount >= 10:
            out[i] = ZERO + amount % 10
            amount //= 10
            i -= 1
        out[i] = ZERO + amount
        if value < 0:
            out[i - 1] = MINUS
        out[at] = NEWLINE
        at += 1
    return at


@kernel("uint64(uint64[::1])")
def step(values: Any) -> Any:
    """The greatest number that divides all; 0 where all are 0."""
    found = np.uint64(0)
    for value in values:
        rest = value if found == 0 else value % found
        while rest != 0:
            found, rest = rest, found % rest
        if found == 1:
            break
    return found
