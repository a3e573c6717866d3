"""What streams would cost, estimated without coding them: adaptive counts of bytes and of whole numbers, in bits.

Each byte plane is priced by three models at once, and the cheapest counts: without context, after the byte before it in
its plane, and after the next higher byte of its number. Costs of learning are in it, as a coder would pay them, so that
short streams and rich contexts do not look too good.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compression.engine.kernels import helper, kernel

FINE = 16
"""Costs are logarithms in units of one 1,024th of a bit; counts start at one FINEth."""
BYTE = 8 << 10
"""A byte, in these units."""
TABLE = 1 << 18
_steps = np.arange(TABLE, dtype=np.float64)
LOGS: NDArray[np.int32] = np.round(1024 * np.log2(_steps + 1 / FINE)).astype(np.int32)
"""Of a count and one FINEth."""
TOTALS: NDArray[np.int32] = np.round(1024 * np.log2(_steps + 256 / FINE)).astype(np.int32)
"""Of a sum of counts of 256 values."""
SLOTS = 1 << 15


@helper
def _plane(
    numbers: Any,
    count: int,
    shift: int,
    top: int,
    logs: Any,
    totals: Any,
    order0: Any,
    order1: Any,
    above: Any,
) -> Any:
    """The price of one byte plane; the three tables of counts are zero before and after."""
    first = second = third = np.int64(0)
    sums1 = np.zeros(256, np.int32)
    sums2 = np.zeros(256, np.int32)
    before = np.int64(0)
    for i in range(count):
        number = numbers[i]
        byte = np.int64((number >> np.uint64(shift)) & np.uint64(255))
        high = np.int64((number >> np.uint64(shift + 8)) & np.uint64(255)) if not top else np.int64(0)
        at1, at2 = before << 8 | byte, high << 8 | byte
        first += totals[i] - logs[order0[byte]]
        second += totals[sums1[before]] - logs[order1[at1]]
        third += totals[sums2[high]] - logs[above[at2]]
        order0[byte] += 1
        order1[at1] += 1
        above[at2] += 1
        sums1[before] += 1
        sums2[high] += 1
        before = byte
    order0[:] = 0
    order1[:] = 0
    above[:] = 0
    return min(first, second, third)


@helper
def _planes(
    numbers: Any, count: int, width: int, logs: Any, totals: Any, order0: Any, order1: Any, above: Any
) -> Any:
    cost = np.int64(0)
    for place in range(width):
        top = place == width - 1
        cost += _plane(numbers, count, 8 * place, top, logs, totals, order0, order1, above)
    return cost


@helper
def _tokens(numbers: Any, count: int, listed: Any, logs: Any, totals: Any, slots: Any, seen: Any) -> Any:
    """The price of the numbers as wholes, by how often each occurred; the different ones are put into `listed`.

    Where more than half are different nothing is to be gained: their number is given as -1.
    """
    cost, known = np.int64(0), np.int64(0)
    for i in range(count):
        number = numbers[i]
        mixed = (number ^ (number >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
        slot = np.int64(mixed >> np.uint64(49))
        while seen[slot] and slots[slot] != number:
            slot = (slot + 1) & 32767
        if not seen[slot]:
            slots[slot] = number
            listed[known] = number
            cost += totals[i] - totals[known]
            known += 1
            if 2 * known > count + 16:
                known = np.int64(-1)
                break
        else:
            cost += totals[i] - logs[seen[slot]]
        seen[slot] += 1
    seen[:] = 0
    return cost, known


@helper
def _gather(data: Any, at: Any, place: int, width: int, swapped: int, numbers: Any) -> None:
    """The numbers at `place` of each record; 0 where the data end."""
    for i in range(len(at)):
        start = at[i] + place
        number = np.uint64(0)
        if start >= 0 and start + width <= len(data):
            for byte in range(width):
                shift = 8 * (width - 1 - byte) if swapped else 8 * byte
                number |= np.uint64(data[start + byte]) << np.uint64(shift)
        numbers[i] = number


@helper
def _fold(numbers: Any, count: int, width: int, folded: Any) -> None:
    """Differences of neighbours, zigzag coded within the width."""
    mask = np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(64 - 8 * width)
    before = np.uint64(0)
    for i in range(count):
        change = (numbers[i] - before) & mask
        before = numbers[i]
        negative = (change >> np.uint64(8 * width - 1)) & np.uint64(1)
        doubled = (change << np.uint64(1)) & mask
        folded[i] = doubled ^ mask if negative else doubled


@helper
def _price(
    numbers: Any,
    count: int,
    width: int,
    folded: Any,
    logs: Any,
    totals: Any,
    tables: Any,
    slots: Any,
    seen: Any,
    out: Any,
) -> None:
    """Prices of numbers as planes, as folded differences in planes, and as tokens."""
    order0, order1, above = tables[0, :256], tables[1], tables[2]
    out[0] = _planes(numbers, count, width, logs, totals, order0, order1, above)
    _fold(numbers, count, width, folded)
    out[1] = _planes(folded, count, width, logs, totals, order0, order1, above)
    out[2] = out[0]
    if width > 1:
        cost, known = _tokens(numbers, count, folded, logs, totals, slots, seen)
        if known >= 0:
            out[2] = cost + _planes(folded, known, width, logs, totals, order0, order1, above)


MOST = 1 << 14
"""Numbers that are priced at a time, at most."""


@kernel("void(uint64[::1], int64, int32[::1], int32[::1], int64[::1])")
def price(numbers: Any, width: int, logs: Any, totals: Any, out: Any) -> None:
    """Prices of at most MOST numbers of `width` bytes: planes, folded differences in planes, tokens."""
    count = min(len(numbers), 16384)
    folded = np.zeros(count, np.uint64)
    tables = np.zeros((3, 65536), np.uint16)
    slots, seen = np.zeros(32768, np.uint64), np.zeros(32768, np.uint16)
    _price(numbers, count, width, folded, logs, totals, tables, slots, seen, out)


@kernel("void(uint8[::1], int64[::1], int64[::1], int32[::1], int32[::1], int64[:, :, :, ::1])")
def price_fields(data: Any, at: Any, widths: Any, logs: Any, totals: Any, out: Any) -> None:
    """Prices of each field that records could have, records starting at `at` (at most MOST).

    `out` has the axes: first byte of the field; width, as in `widths`; byte order, little endian first; treatment, as
    in `price`. A field may reach into the next record.
    """
    count = min(len(at), 16384)
    numbers, folded = np.zeros(len(at), np.uint64), np.zeros(count, np.uint64)
    tables = np.zeros((3, 65536), np.uint16)
    slots, seen = np.zeros(32768, np.uint64), np.zeros(32768, np.uint16)
    for place in range(out.shape[0]):
        for number in range(len(widths)):
            width = widths[number]
            for order in range(2):
                if order and width == 1:
                    out[place, number, 1] = out[place, number, 0]
                    continue
                _gather(data, at, place, width, order == 1, numbers)
                prices = out[place, number, order]
                _price(numbers, count, width, folded, logs, totals, tables, slots, seen, prices)


@kernel("int64(uint8[::1], int64, int32[::1], int32[::1])")
def price_lanes(data: Any, stride: int, logs: Any, totals: Any) -> Any:
    """The price of bytes where each is like, near, or follows from the one before in its lane."""
    counts, changes = np.zeros(256, np.int32), np.zeros(256, np.int32)
    above, sums = np.zeros(65536, np.int32), np.zeros(256, np.int32)
    cost = np.int64(0)
    for lane in range(stride):
        first = second = third = np.int64(0)
        before = np.int64(0)
        for seen, i in enumerate(range(lane, len(data), stride)):
            byte = np.int64(data[i])
            change = (byte - before) & 255
            first += totals[seen] - logs[counts[byte]]
            second += totals[seen] - logs[changes[change]]
            counts[byte] += 1
            changes[change] += 1
            if stride <= 256:
                third += totals[sums[before]] - logs[above[before << 8 | byte]]
                above[before << 8 | byte] += 1
                sums[before] += 1
            before = byte
        counts[:] = 0
        changes[:] = 0
        if stride <= 256:
            # What was counted is undone: to clear the whole table would take longer than to count.
            before = np.int64(0)
            for i in range(lane, len(data), stride):
                byte = np.int64(data[i])
                above[before << 8 | byte] = 0
                before = byte
            sums[:] = 0
            second = min(second, third)
        cost += min(first, second)
    return cost


@kernel("void(uint8[::1], int64[::1], int32[::1], int32[::1], int64[::1])")
def price_texts(data: Any, at: Any, logs: Any, totals: Any, out: Any) -> None:
    """For each byte of records that start at `at` the price where it follows from the byte to its left."""
    after = np.zeros(65536, np.uint16)
    for place in range(len(out)):
        sums = np.zeros(256, np.int32)
        cost = np.int64(0)
        for i in range(len(at)):
            start = at[i] + place
            if 1 <= start < len(data):
                left, byte = np.int64(data[start - 1]), np.int64(data[start])
                cost += totals[sums[left]] - logs[after[left << 8 | byte]]
                sums[left] += 1
                after[left << 8 | byte] += 1
        after[:] = 0
        out[place] = cost


@kernel("void(uint8[::1], int32[::1])")
def distances(data: Any, out: Any) -> None:
    """How often three bytes occurred last so many bytes before, for the distances that `out` has."""
    last = np.full(65536, -1, np.int32)
    for i in range(len(data) - 2):
        three = np.int64(data[i]) | np.int64(data[i + 1]) << 8 | np.int64(data[i + 2]) << 16
        slot = (three * 40503 >> 6) & 65535
        distance = i - last[slot]
        if last[slot] >= 0 and distance < len(out):
            out[distance] += 1
        last[slot] = i


@kernel("void(int64[:, ::1], int64[::1], int64[::1], int64[:, ::1])")
def cheapest_cuts(prices: Any, widths: Any, totals: Any, steps: Any) -> None:
    """The cheapest fields of a record for each phase: `totals[p]` what those cost that begin at byte p.

    `prices[s, k]` is that of a field of `widths[k]` bytes at s; `steps[p, e]` is the number k of the field that ends e
    bytes after p, for the walk back.
    """
    stride = len(prices)
    best = np.zeros(stride + 1, np.int64)
    for phase in range(stride):
        best[1:] = np.int64(1) << 62
        for start in range(stride):
            place = (phase + start) % stride
            for k in range(len(widths)):
                end = start + widths[k]
                if end <= stride and best[start] + prices[place, k] < best[end]:
                    best[end] = best[start] + prices[place, k]
                    steps[phase, end] = k
        totals[phase] = best[stride]
