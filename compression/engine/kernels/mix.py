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

from compression.engine.kernels import helper, kernel
from compression.engine.kernels import mix_menus as menu

VALUES, FIELDS = 8, 64
SETS = 3
ROWS = 2048
"""Rows of weights in a set."""
WEIGHT_LIMIT = 524287
RATE_AT_FIRST, RATE_LATER = 60 * 256, 14 * 256
MATCH_MOST = 64
SURE = 255
"""Probabilities are of so many observations, at most."""

U = np.uint64  # an index of this type is not looked at for being negative

PRIME = 0x2545F4914F6CDD1D
OTHER_PRIME = 0x5851F42D4C957F2D


@helper
def _value(operation: Any, a: Any, b: Any, data: Any, at: Any, last8: Any, values: Any) -> Any:
    """One part of a context."""
    if operation == menu.HISTORY:
        return last8 & a
    if operation == menu.VALUE:
        return values[a & (VALUES - 1)]
    if a < 1 or at < a:
        return 0
    first = np.int64(data[at - a])
    if operation == menu.BYTE:
        return first >> (b & 7)
    if b < 1 or at < a + b:
        return first
    second = np.int64(data[at - b])
    if operation == menu.GRADIENT:
        return (first + second - data[at - a - b]) & 511
    return (first + second) >> 1 if operation == menu.MEAN else (first - second) & 255


@helper
def _contexts(program: Any, data: Any, at: Any, last8: Any, values: Any, hashes: Any) -> None:
    """The hash of each context before the byte at `at`."""
    for context in range(len(hashes)):
        code = np.int64(context + 1) * OTHER_PRIME
        for part in range(menu.OPERATIONS):
            operation = program[context, 3 * part]
            if operation == 0:
                break
            value = _value(
                operation,
                program[context, 3 * part + 1],
                program[context, 3 * part + 2],
                data,
                at,
                last8,
                values,
            )
            code = (code + value + 1) * PRIME
            code ^= code >> 29
        hashes[context] = code


@helper
def _class(byte: Any) -> Any:
    """What sort of character a byte is, in four bits."""
    if 97 <= byte <= 122 or byte >= 128:
        return 1
    if 48 <= byte <= 57:
        return 2
    if 65 <= byte <= 90:
        return 3
    return 4 + (byte & 7) if byte >= 32 else 12 + (byte & 3)


@helper
def _note_line(byte: Any, data: Any, at: Any, values: Any, line: Any) -> None:
    """Keep up where in a line the byte after `at` is, and what the line before has there."""
    start, before, field = line[0], line[1], line[2]
    if byte == 10:
        line[1], line[0], line[2] = start, at + 1, 0
        for number in range(FIELDS):
            line[3 + number] = line[3 + FIELDS + number]
        start, before, field = at + 1, start, 0
        line[3 + FIELDS] = start
    elif byte in (
        9,
        32,
        34,
        38,
        40,
        41,
        44,
        59,
        60,
        61,
        62,
        123,
        124,
        125,
    ):  # white space, " & ( ) , ; < = > { | }
        field = min(field + 1, FIELDS - 1)
        line[2] = field
        line[3 + FIELDS + field] = at + 1
    column = at + 1 - start
    values[menu.COLUMN] = min(column, 255)
    values[menu.ABOVE] = data[before + column] if before + column < start else 0
    values[menu.FIELD] = field
    there = line[3 + field] + at + 1 - line[3 + FIELDS + field]
    values[menu.ABOVE_IN_FIELD] = data[there] | field << 8 if 0 <= there < start else field << 8


@helper
def _note(byte: Any, data: Any, at: Any, lanes: Any, values: Any, line: Any) -> None:
    """Keep up the values of which contexts are made, after the byte at `at`."""
    lower = byte + 32 if 65 <= byte <= 90 else byte
    if 97 <= lower <= 122 or lower >= 128:
        word = (values[menu.WORD] + lower) * PRIME
        values[menu.WORD] = word ^ word >> 27
    elif values[menu.WORD] != 0:
        values[menu.WORD_BEFORE] = values[menu.WORD]
        values[menu.WORD] = 0
    values[menu.LANE] = values[menu.LANE] + 1 if values[menu.LANE] + 1 < lanes else 0
    values[menu.SHAPE] = (values[menu.SHAPE] << 4 | _class(byte)) & 0xFFFFFFFF
    _note_line(byte, data, at, values, line)


@helper
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


@helper
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


@helper
def _learnt(belief: Any, bit: Any, most: Any, shares: Any) -> Any:
    """A belief after a bit: 22 bits of probability, and in the lower 10 how often it was tried, up to `most`."""
    times = np.int64(belief) & 1023
    chance = np.int64(belief) >> 10
    chance += (((bit << 22) - chance) * shares[U(times)]) >> 16
    if times < most:
        times += 1
    return np.uint32(chance << 10 | times)


@helper
def _dot(inputs: Any, weights: Any, row: Any, count: Any) -> Any:
    total = np.int32(0)
    row = U(row)
    for number in range(count):
        total = np.int32(total + np.int32(np.int32(inputs[number] * weights[row, number]) >> 8))
    return min(max(np.int64(total) >> 8, -3072), 3071)


@helper
def _train(inputs: Any, weights: Any, row: Any, error: Any, count: Any) -> None:
    row = U(row)
    for number in range(count):
        weight = np.int32(weights[row, number] + np.int32(np.int32(inputs[number] * error + 8192) >> 14))
        weights[row, number] = max(np.int32(-WEIGHT_LIMIT), min(np.int32(WEIGHT_LIMIT), weight))


@helper
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


@helper
def _predict(
    slots: Any, places: Any, node: Any, believed: Any, stretch: Any, histories: Any, inputs: Any
) -> None:
    """What each context says, as the first inputs."""
    for context in range(len(places)):
        history = slots[U(places[context] + node)]
        histories[context] = history
        inputs[context] = stretch[U(believed[context, U(history)] >> 20)]


@helper
def _learn(
    slots: Any, places: Any, node: Any, believed: Any, histories: Any, bit: Any, following: Any, shares: Any
) -> None:
    for context in range(len(places)):
        history = histories[context]
        slots[U(places[context] + node)] = following[U(history), U(bit)]
        believed[context, U(history)] = _learnt(believed[context, U(history)], bit, SURE, shares)


@helper
def _refined(curves: Any, place: Any, weight: Any) -> Any:
    """The value between two places of a curve, `weight` 64ths from the first to the second."""
    first, second = np.int64(curves[U(place)]), np.int64(curves[U(place + 1)])
    return (first * (64 - weight) + second * weight) >> 6


@helper
def _bend(curves: Any, place: Any, goal: Any) -> None:
    for number in (place, place + 1):
        value = np.int64(curves[U(number)])
        curves[U(number)] = np.uint16(value + ((goal - value) >> 6))


@kernel(
    "int64(boolean, uint8[::1], Array(uint8, 1, 'C', True), uint8[::1], int64[:, ::1], int64[::1],"
    " Tuple((uint8[::1], int32[::1], uint16[::1], uint16[::1])),"
    " Tuple((int16[::1], uint16[::1], uint8[:, ::1], uint32[::1], int64[::1])))"
)
def run(  # noqa: C901 in parts it would be slower by half
    decoding: Any, data: Any, coded: Any, written: Any, program: Any, options: Any, memory: Any, tables: Any
) -> int:
    """Encode `data` into `written`, or decode `coded` into `data`.

    Returns the number of bytes written or read; -1 where `written` is too small, or the end not what an encoder wrote.
    """
    slots, matches, curves, fine_curves = memory
    stretch, squash, following, beliefs, shares = tables
    lanes, least = options[0], options[1]
    mask, match_mask, fine_mask = options[2], options[3], options[4]
    contexts = program.shape[0]
    used = contexts + 3
    count = (used + 3) // 4 * 4
    inputs = np.zeros(count, np.int32)
    weights = np.zeros((SETS * ROWS, count), np.int32)
    weights[:, :used] = (65536 * 5 // 2) // used
    final = np.full((256, SETS), 65536 // SETS, np.int64)
    rows, said, chances = np.zeros(SETS, np.int64), np.zeros(SETS, np.int64), np.zeros(SETS, np.int64)
    believed = np.zeros((contexts, 256), np.uint32)
    for context in range(contexts):
        believed[context] = beliefs
    by_length = np.full(64, 1 << 31, np.uint32)
    by_byte = np.full(65536, 1 << 31, np.uint32)
    hashes, codes = np.zeros(contexts, np.int64), np.zeros(contexts, np.int64)
    places, histories = np.zeros(contexts, np.int64), np.zeros(contexts, np.int64)
    values, line, match = (
        np.zeros(VALUES, np.int64),
        np.zeros(3 + 2 * FIELDS, np.int64),
        np.zeros(2, np.int64),
    )
    low, high, at = 0, 0xFFFFFFFF, 0
    code: Any = 0
    if decoding:
        for at in range(4):
            code = code << 8 | (np.int64(coded[at]) if at < len(coded) else 0)
        at = 4
    last8 = np.int64(0)
    rate = RATE_AT_FIRST
    for position in range(len(data)):
        _contexts(program, data, position, last8, values, hashes)
        _search(data, position, last8, least, matches, match_mask, match)
        length: Any = match[1]
        expected: Any = np.int64(data[match[0]]) | 256 if length else 0
        last = last8 & 255
        lane = values[menu.LANE] & 255 if lanes > 1 else last
        partial = 1
        for bits in range(8):
            if bits & 3 == 0:
                options[5] = _locate(slots, mask, hashes, partial if bits else 0, codes, places)
                node = 1
            _predict(slots, places, node, believed, stretch, histories, inputs)
            matching = length > 0 and expected >> (8 - bits) == partial
            guess = 0
            by = 0
            if matching:
                guess = (expected >> (7 - bits)) & 1
                by = min(length if length < 16 else 14 + (length >> 3), 31) * 2 + guess
                inputs[contexts] = stretch[U(by_length[U(by)] >> 20)]
                inputs[contexts + 1] = stretch[U(by_byte[U((expected & 255) << 8 | partial)] >> 20)]
            else:
                inputs[contexts : contexts + 2] = 0
            inputs[contexts + 2] = 256
            rows[0] = partial
            rows[1] = ROWS + by * 8 + bits
            rows[2] = 2 * ROWS + lane * 8 + bits
            mixed = 0
            for number in range(SETS):
                said[number] = _dot(inputs, weights, rows[number], count)
                chances[number] = squash[U(said[number] + 3072)]
                mixed += said[number] * final[U(partial), number]
            mixed = min(max(mixed >> 16, -3072), 3071)
            chance = np.int64(squash[U(mixed + 3072)])
            step = (mixed + 3072) // 192
            weight = (mixed + 3072 - step * 192) // 3
            place = partial * 33 + step
            fine_place = ((last << 8 | partial) & fine_mask) * 33 + step
            refined = _refined(curves, place, weight) + _refined(fine_curves, fine_place, weight)
            p = min(max((2 * chance + refined + 2) >> 2, 1), 65535)
            middle = low + ((high - low) >> 16) * p + ((((high - low) & 0xFFFF) * p) >> 16)
            bit: Any = int(code <= middle) if decoding else np.int64(data[position]) >> (7 - bits) & 1
            if bit:
                high = middle
            else:
                low = middle + 1
            while (low ^ high) & 0xFF000000 == 0:
                if decoding:
                    code = (code << 8) & 0xFFFFFFFF | (np.int64(coded[at]) if at < len(coded) else 0)
                elif at < len(written):
                    written[at] = high >> 24
                else:
                    return -1
                at += 1
                low = (low << 8) & 0xFFFFFFFF
                high = (high << 8) & 0xFFFFFFFF | 255
            error = (bit << 16) - chance
            for number in range(SETS):
                wrong = np.int32((((bit << 16) - chances[number]) * rate) >> 12)
                _train(inputs, weights, rows[number], wrong, count)
                final[U(partial), number] += (said[number] * error + 32768) >> 16
            _learn(slots, places, node, believed, histories, bit, following, shares)
            if matching:
                by_length[U(by)] = _learnt(by_length[U(by)], bit, 1023, shares)
                by = (expected & 255) << 8 | partial
                by_byte[U(by)] = _learnt(by_byte[U(by)], bit, SURE, shares)
                if guess != bit:
                    length = 0
            _bend(curves, place, bit * 65535)
            _bend(fine_curves, fine_place, bit * 65535)
            partial = partial * 2 + bit
            node = node * 2 + bit
        match[1] = length
        byte = partial & 255
        data[position] = byte
        last8 = last8 << 8 | byte
        _note(byte, data, position, lanes, values, line)
        if rate > RATE_LATER:
            rate -= max(1, (rate - RATE_LATER) >> 9)
    end = (low >> 24) + 1
    if decoding:
        return at if code == end << 24 else -1
    if at >= len(written):
        return -1
    written[at] = end
    return at + 1
