"""The fixed tables of the context-mixing coder, made by whole numbers alone: every machine has the same, for ever.

A probability is a whole number of 65,536ths, that the next bit is 1. Predictions are mixed in the logistic domain: the
*stretch* of a probability p is ln(p / (1 - p)) in 256ths, and its inverse is the *squash*.

A *bit history* is a number for what followed in a context: how many zeros and ones (few of them exactly, many
roughly, those long ago less), and of a short one which bit was last. Number 0 is "nothing yet"; later numbers are for
longer histories.
"""

from functools import cache
from typing import Any

import numpy as np

LIMIT = 3072
"""Stretched values are from -LIMIT to LIMIT - 1."""
STEPS = 33
"""Places of a curve of refinement, from the least to the greatest stretched value."""
BOUNDS = (20, 48, 15, 8, 6, 5)
"""The most of one bit that is counted beside 0, 1, ... of the other."""
MOST = 50
ROUNDS_ALL = 17
"""Histories of no more bits than this know which bit was last."""
DISCOUNTS = (1, 2, 3, 4, 5, 7, 8)


@cache
def squash() -> Any:
    """The probability of each stretched value."""
    one = 1 << 80
    root = term = one
    number = 0
    while term := term // (256 * (number := number + 1)):
        root += term  # e to the power of 1/256, by its series
    power, table = one, np.zeros(2 * LIMIT, np.uint16)
    for value in range(LIMIT + 1):
        above = min(65536 * power // (power + one), 65535)
        below = max(65536 * one // (power + one), 1)
        if value < LIMIT:
            table[LIMIT + value] = above
        table[LIMIT - value] = below
        power = power * root // one
    table[LIMIT] = 32768
    return table


@cache
def stretch() -> Any:
    """The stretched value of each probability in 4096ths, at the middle of its cell."""
    middles = np.arange(4096) * 16 + 8
    return (np.searchsorted(squash(), middles) - LIMIT).astype(np.int16)


@cache
def straight() -> Any:
    """A curve of refinement that changes nothing yet."""
    places = np.minimum(np.arange(STEPS) * (2 * LIMIT // (STEPS - 1)), 2 * LIMIT - 1)
    return squash()[places]


def _kinds(zeros: int, ones: int) -> int:
    """How many histories have these counts: none, one, or one for each bit that may have been the last."""
    more, fewer = max(zeros, ones), min(zeros, ones)
    if fewer < 0 or fewer >= len(BOUNDS) or more > BOUNDS[fewer]:
        return 0
    return 1 + (fewer > 0 and zeros + ones <= ROUNDS_ALL)


def _after(zeros: int, ones: int, bit: int) -> tuple[int, int]:
    """The counts after one more bit; many of the other bit are believed less then."""
    if zeros < ones:
        ones, zeros = _after(ones, zeros, 1 - bit)
        return zeros, ones
    if bit:
        zeros, ones = sum(zeros >= limit for limit in DISCOUNTS), ones + 1
    else:
        zeros, ones = zeros + 1, sum(ones >= limit for limit in DISCOUNTS)
    while not _kinds(zeros, ones):
        if ones < 2:
            zeros -= 1
        else:
            zeros, ones = (zeros * (ones - 1) + ones // 2) // ones, ones - 1
    return zeros, ones


@cache
def _histories() -> dict[tuple[int, int, int], int]:
    """The number of each history by its zeros, ones and last bit."""
    numbers: dict[tuple[int, int, int], int] = {}
    count = 0
    for total in range(MOST):
        for ones in range(total + 1):
            kinds = _kinds(total - ones, ones)
            if kinds:
                numbers[total - ones, ones, 0] = count
                numbers[total - ones, ones, 1] = count + kinds - 1
                count += kinds
    return numbers


@cache
def following() -> Any:
    """For each history the next one after a 0 and after a 1: an array of 256 rows."""
    table = np.zeros((256, 2), np.uint8)
    numbers = _histories()
    for (zeros, ones, _), number in numbers.items():
        for bit in (0, 1):
            table[number, bit] = numbers[(*_after(zeros, ones, bit), bit)]
    return table


@cache
def beliefs() -> Any:
    """For each history what it says of the next bit as long as nothing was learnt: see `believe` of the kernel."""
    table = np.full(256, 1 << 31, np.uint32)
    for (zeros, ones, _), number in _histories().items():
        if number:
            chance = ((ones * 2 + 1) << 22) // ((zeros + ones) * 2 + 2)
            table[number] = min(max(chance, 64), (1 << 22) - 64) << 10 | 6
    return table


@cache
def shares() -> Any:
    """By how many times something was seen, the 65,536ths of a surprise that are learnt from it."""
    return np.array([131072 // (2 * times + 3) for times in range(1024)], np.int64)
