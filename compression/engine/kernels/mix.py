"""A context-mixing coder: bit by bit, many predictions become one probability, by which an arithmetic coder writes.

What predicts the next bit are contexts: values made of the bytes before (see `mix_menus`), each of which leads to a
bit history by way of a hash table, and from there to a probability that is learnt; and the longest match. They are
mixed in the logistic domain by three sets of weights, chosen by what is known of the place, and these by a fourth. Two
curves refine the outcome. Encoder and decoder learn the same from every bit; everything is whole numbers.

The hash table has slots of 16 bytes for half a byte of one context: a check, and the histories of the 15 places in a
binary tree of four levels. A slot is looked for in three places of a cache line, and the least used one is given up.
"""

from typing import Any

import numpy as np

from compression.engine.kernels import kernel, part
from compression.engine.kernels import mix_menus as menu
from compression.engine.kernels.mix_values import FIELDS, OTHER_PRIME, PRIME, VALUES, contexts, note

SETS = 3
ROWS = 2048
"""Rows of weights in a set."""
WEIGHT_LIMIT = 524287
RATE_AT_FIRST, RATE_LATER = 60 * 256, 14 * 256
MATCH_MOST = 64
SURE = 255
"""Probabilities are of so many observations, at most."""

U = np.uint64  # an index of this type is not looked at for being negative

REVISION_OF_VALUES = 1
"""To be raised with every change of `mix_values`: what is kept of a compiled kernel is told by its own file alone."""


@part
def _find(slots: Any, mask: Any, code: Any) -> Any:
    """Where the slot of this hash begins, emptied for it where there was none."""
    check = np.uint8((code >> 40) & 255)
    number = (code >> 12) & mask
    best = number * 16
    if slots[U(best)] == check:
        return best
    second = (number ^ 1) * 16
    if slots[U(second)] == check:
        return second
    third = (number ^ 2) * 16
    if slots[U(third)] == check:
        return third
    if slots[U(second + 1)] < slots[U(best + 1)]:
        best = second
    if slots[U(third + 1)] < slots[U(best + 1)]:
        best = third
    for place in range(16):
        slots[U(best + place)] = 0
    slots[U(best)] = check
    return best


@part
def _locate(slots: Any, mask: Any, hashes: Any, half: Any, codes: Any, places: Any) -> Any:
    """The slot of each context for the half byte to come; `half` is 0 for the first, or the first with a 1 before."""
    touched = 0
    for context in range(len(hashes)):
        code = hashes[context]
        if half:
            code = (code + half * OTHER_PRIME) * PRIME
            code ^= code >> 31
        codes[context] = code
        touched += slots[U(((code >> 12) & mask) * 16)]  # all are fetched from memory at once so
    for context in range(len(hashes)):
        places[context] = _find(slots, mask, codes[context])
    return touched


@part
def _learnt(belief: Any, bit: Any, most: Any, shares: Any) -> Any:
    """A belief after a bit: 22 bits of probability, and in the lower 10 how often it was tried, up to `most`."""
    times = np.int64(belief) & 1023
    chance = np.int64(belief) >> 10
    chance += (((bit << 22) - chance) * shares[U(times)]) >> 16
    if times < most:
        times += 1
    return np.uint32(chance << 10 | times)


@part
def _dot(inputs: Any, weights: Any, row: Any) -> Any:
    total = np.int32(0)
    row = U(row)
    for number in range(len(inputs) >> 2 << 2):  # said so, it is done by vectors
        total = np.int32(total + np.int32(np.int32(inputs[number] * weights[row, number]) >> 8))
    return min(max(np.int64(total) >> 8, -3072), 3071)


@part
def _train(inputs: Any, weights: Any, row: Any, error: Any) -> None:
    row = U(row)
    for number in range(len(inputs) >> 2 << 2):  # said so, it is done by vectors
        weight = np.int32(weights[row, number] + np.int32(np.int32(inputs[number] * error + 8192) >> 14))
        weights[row, number] = max(np.int32(-WEIGHT_LIMIT), min(np.int32(WEIGHT_LIMIT), weight))


@part
def _search(data: Any, at: Any, last8: Any, least: Any, matches: Any, mask: Any, match: Any) -> None:
    """Keep up the match: `match` holds where it goes on, and how long it is already."""
    if match[1] > 0:
        match[0] += 1
        match[1] = min(match[1] + 1, 65535)
    if at < least:
        return
    code = ((last8 & ((1 << (8 * least)) - 1)) * PRIME >> 20) & mask
    if match[1] == 0:
        there, length = np.int64(matches[code]), 0
        while length < MATCH_MOST and length < there and data[there - 1 - length] == data[at - 1 - length]:
            length += 1
        match[0] = there
        match[1] = length if length >= least else 0
    matches[code] = at


@part
def _predict(
    slots: Any, places: Any, node: Any, believed: Any, stretch: Any, histories: Any, inputs: Any
) -> None:
    """What each context says, as the first inputs."""
    for context in range(len(places)):
        history = slots[U(places[context] + node)]
        histories[context] = history
        inputs[context] = stretch[U(believed[context, U(history)] >> 20)]


@part
def _learn(
    slots: Any, places: Any, node: Any, believed: Any, histories: Any, bit: Any, following: Any, shares: Any
) -> None:
    for context in range(len(places)):
        history = histories[context]
        slots[U(places[context] + node)] = following[U(history), U(bit)]
        believed[context, U(history)] = _learnt(believed[context, U(history)], bit, SURE, shares)


@part
def _expect(
    match: Any,
    expected: Any,
    bits: Any,
    partial: Any,
    by_length: Any,
    by_byte: Any,
    stretch: Any,
    inputs: Any,
) -> Any:
    """What the match says, as the inputs after those of the contexts; returns its place in `by_length`, or 0."""
    first = len(inputs) - 3
    if match[1] == 0 or expected >> (8 - bits) != partial:
        inputs[first] = 0
        inputs[first + 1] = 0
        return 0
    length = match[1]
    by = min(length if length < 16 else 14 + (length >> 3), 31) * 2 + (expected >> (7 - bits) & 1)
    inputs[first] = stretch[U(by_length[U(by)] >> 20)]
    inputs[first + 1] = stretch[U(by_byte[U((expected & 255) << 8 | partial)] >> 20)]
    return by


@part
def _learn_match(
    match: Any, expected: Any, by: Any, partial: Any, by_length: Any, by_byte: Any, bit: Any, shares: Any
) -> None:
    if by:
        by_length[U(by)] = _learnt(by_length[U(by)], bit, 1023, shares)
        place = U((expected & 255) << 8 | partial)
        by_byte[place] = _learnt(by_byte[place], bit, SURE, shares)
        if by & 1 != bit:
            match[1] = 0


@part
def _mixer(count: Any) -> Any:
    """Inputs of all contexts, of the match and of nothing; weights for them, and what belongs to these."""
    used = count + 3
    inputs = np.zeros((used + 3) // 4 * 4, np.int32)
    inputs[len(inputs) - 1] = 256
    weights = np.full((SETS * ROWS, len(inputs)), (65536 * 5 // 2) // used, np.int32)
    final = np.full((256, SETS), 65536 // SETS, np.int64)
    return (
        inputs,
        weights,
        final,
        np.zeros(SETS, np.int64),
        np.zeros(SETS, np.int64),
        np.zeros(SETS, np.int64),
    )


@part
def _beliefs(count: Any, first: Any) -> Any:
    """What histories mean, in each context; what matches of a length mean, and what of an expected byte."""
    believed = np.zeros((count, 256), np.uint32)
    for context in range(count):
        believed[context] = first
    return believed, np.full(64, 1 << 31, np.uint32), np.full(65536, 1 << 31, np.uint32)


@part
def _mix(
    inputs: Any, weights: Any, final: Any, rows: Any, said: Any, chances: Any, partial: Any, squash: Any
) -> Any:
    """What all say together, stretched."""
    mixed = 0
    for number in range(SETS):
        said[number] = _dot(inputs, weights, rows[number])
        chances[number] = squash[U(said[number] + 3072)]
        mixed += said[number] * final[U(partial), number]
    return min(max(mixed >> 16, -3072), 3071)


@part
def _adapt(
    inputs: Any,
    weights: Any,
    final: Any,
    rows: Any,
    said: Any,
    chances: Any,
    partial: Any,
    goal: Any,
    chance: Any,
    rate: Any,
) -> None:
    """Move the weights so that the mixed would have been nearer to the bit; `goal` is 0 or 65536."""
    for number in range(SETS):
        wrong = np.int32(((goal - chances[number]) * rate) >> 12)
        _train(inputs, weights, rows[number], wrong)
        final[U(partial), number] += (said[number] * (goal - chance) + 32768) >> 16


@part
def _refined(curves: Any, place: Any, weight: Any) -> Any:
    """The value between two places of a curve, `weight` 64ths from the first to the second."""
    first, second = np.int64(curves[U(place)]), np.int64(curves[U(place + 1)])
    return (first * (64 - weight) + second * weight) >> 6


@part
def _refine(
    curves: Any,
    fine_curves: Any,
    fine_mask: Any,
    mixed: Any,
    chance: Any,
    last: Any,
    partial: Any,
    spots: Any,
) -> Any:
    """The probability as the curves correct it; `spots` tell where they were looked at."""
    step = (mixed + 3072) // 192
    weight = (mixed + 3072 - step * 192) // 3
    spots[0] = partial * 33 + step
    spots[1] = ((last << 8 | partial) & fine_mask) * 33 + step
    refined = _refined(curves, spots[0], weight) + _refined(fine_curves, spots[1], weight)
    return min(max((2 * chance + refined + 2) >> 2, 1), 65535)


@part
def _bend(curves: Any, place: Any, goal: Any) -> None:
    """Move a curve towards the bit, at the two places that were looked at."""
    for number in (place, place + 1):
        value = np.int64(curves[U(number)])
        curves[U(number)] = np.uint16(value + ((goal - value) >> 6))


@part
def _coded(decoding: Any, bit: Any, chance: Any, interval: Any, coded: Any, written: Any) -> Any:
    """Write the bit, or read and return it: `interval` is low, high, code, place; the place is -1 after an overflow."""
    low, high, code, at = interval[0], interval[1], interval[2], interval[3]
    middle = low + ((high - low) >> 16) * chance + ((((high - low) & 0xFFFF) * chance) >> 16)
    if decoding:
        bit = 1 if code <= middle else 0
    if bit:
        high = middle
    else:
        low = middle + 1
    while (low ^ high) & 0xFF000000 == 0:
        if decoding:
            code = (code << 8) & 0xFFFFFFFF | (np.int64(coded[at]) if at < len(coded) else 0)
        elif at < len(written):
            written[at] = high >> 24
        at += 1
        low = (low << 8) & 0xFFFFFFFF
        high = (high << 8) & 0xFFFFFFFF | 255
    interval[0], interval[1], interval[2], interval[3] = low, high, code, at
    return bit


@part
def _begin(decoding: Any, coded: Any) -> Any:
    """The whole interval, and the first bytes of the code."""
    interval = np.array([0, 0xFFFFFFFF, 0, 0])
    if decoding:
        for at in range(4):
            interval[2] = interval[2] << 8 | (np.int64(coded[at]) if at < len(coded) else 0)
        interval[3] = 4
    return interval


@part
def _end(decoding: Any, interval: Any, written: Any) -> Any:
    """The last byte; returns the number of bytes written or read, or -1: see `run`."""
    last, at = (interval[0] >> 24) + 1, interval[3]
    if decoding:
        return at if interval[2] == last << 24 else -1
    if at >= len(written):
        return -1
    written[at] = last
    return at + 1


@kernel(
    "int64(boolean, uint8[::1], Array(uint8, 1, 'C', True), uint8[::1], int64[:, ::1], int64[::1],"
    " Tuple((uint8[::1], int32[::1], uint16[::1], uint16[::1])),"
    " Tuple((int16[::1], uint16[::1], uint8[:, ::1], uint32[::1], int64[::1])))"
)
def run(
    decoding: Any, data: Any, coded: Any, written: Any, program: Any, options: Any, memory: Any, tables: Any
) -> int:
    """Encode `data` into `written`, or decode `coded` into `data`.

    Returns the number of bytes written or read; -1 where `written` is too small, or the end not what an encoder wrote.
    """
    slots, matches, curves, fine_curves = memory
    stretch, squash, following, beliefs, shares = tables
    lanes, least, mask, match_mask, fine_mask = options[0], options[1], options[2], options[3], options[4]
    count = len(program)
    inputs, weights, final, rows, said, chances = _mixer(count)
    believed, by_length, by_byte = _beliefs(count, beliefs)
    hashes, codes = np.zeros(count, np.int64), np.zeros(count, np.int64)
    places, histories = np.zeros(count, np.int64), np.zeros(count, np.int64)
    values, line = np.zeros(VALUES, np.int64), np.zeros(3 + 2 * FIELDS, np.int64)
    match, spots, interval = np.zeros(2, np.int64), np.zeros(2, np.int64), _begin(decoding, coded)
    last8, rate = np.int64(0), RATE_AT_FIRST
    for position in range(len(data)):
        contexts(program, data, position, last8, values, hashes)
        _search(data, position, last8, least, matches, match_mask, match)
        expected = np.int64(data[match[0]]) | 256 if match[1] else 0
        last = last8 & 255
        lane = 2 * ROWS + (values[menu.LANE] & 255 if lanes > 1 else last) * 8
        byte, partial, node = np.int64(data[position]), 1, 1
        for bits in range(8):
            if bits & 3 == 0:
                options[5] = _locate(slots, mask, hashes, partial if bits else 0, codes, places)
                node = 1
            _predict(slots, places, node, believed, stretch, histories, inputs)
            by = _expect(match, expected, bits, partial, by_length, by_byte, stretch, inputs)
            rows[0], rows[1], rows[2] = partial, ROWS + by * 8 + bits, lane + bits
            mixed = _mix(inputs, weights, final, rows, said, chances, partial, squash)
            chance = np.int64(squash[U(mixed + 3072)])
            refined = _refine(curves, fine_curves, fine_mask, mixed, chance, last, partial, spots)
            bit = _coded(decoding, byte >> (7 - bits) & 1, refined, interval, coded, written)
            _adapt(inputs, weights, final, rows, said, chances, partial, bit << 16, chance, rate)
            _learn(slots, places, node, believed, histories, bit, following, shares)
            _learn_match(match, expected, by, partial, by_length, by_byte, bit, shares)
            _bend(curves, spots[0], bit * 65535)
            _bend(fine_curves, spots[1], bit * 65535)
            partial, node = partial * 2 + bit, node * 2 + bit
        if decoding and interval[3] > len(coded) + 3:
            return -1  # what follows would be made of nothing
        data[position] = partial & 255
        last8 = last8 << 8 | partial & 255
        note(partial & 255, data, position, lanes, values, line)
        if rate > RATE_LATER:
            rate -= max(1, (rate - RATE_LATER) >> 9)
    return int(_end(decoding, interval, written))
