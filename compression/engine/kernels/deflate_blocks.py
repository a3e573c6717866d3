"""Blocks as classic zlib's deflate writes them, bit for bit: its codes, and its choice between the three kinds.

The symbols come from `deflate`, and `state` is shared with it.
"""

from typing import Any

import numpy as np

from compression.engine.kernels import helper, kernel
from compression.engine.kernels.deflate import BASE, BITS, DONE, FIXED, HELD, START, STOP, WRITTEN

LITERALS, END = 256, 256
LENGTHS = LITERALS + 1
CODES, FAR_CODES, RUN_CODES = 286, 30, 19
ALL_CODES = 288
"""With two that are never used."""
MOST_BITS, MOST_RUN_BITS = 15, 7
HEAP = 2 * CODES + 1
REPEAT, ZEROS, MANY_ZEROS = 16, 17, 18
SHORTEST_RUN = 3
STORED, STATIC, DYNAMIC = 0, 1, 2

_extra = [max(0, code // 4 - 1) for code in range(28)]
LENGTH_EXTRA = np.array([*_extra, 0])
LENGTH_CODE = np.array([*np.repeat(np.arange(28), 1 << np.array(_extra))[:-1], 28])
LENGTH_BASE = np.array([*np.searchsorted(LENGTH_CODE, np.arange(28)), 255])
FAR_EXTRA = np.array([max(0, code // 2 - 1) for code in range(FAR_CODES)])
_far = np.repeat(np.arange(FAR_CODES), 1 << FAR_EXTRA)
FAR_CODE = np.concatenate([_far[:256], _far[::128]])
"""Of distances - 1 below 256, and of every 128th."""
FAR_BASE = np.searchsorted(_far, np.arange(FAR_CODES))
RUN_EXTRA = np.array([0] * 16 + [2, 3, 7])
RUN_ORDER = np.array([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])
STATIC_LENGTHS = np.array([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8)
STATIC_FAR = np.array([5] * FAR_CODES)


@helper
def _sift(heap: Any, size: int, keys: Any, at: int) -> None:
    """Let the node at this place of the heap down to where it belongs."""
    node = heap[at]
    child = 2 * at
    while child <= size:
        if child < size and keys[heap[child + 1]] <= keys[heap[child]]:
            child += 1
        if keys[node] <= keys[heap[child]]:
            break
        heap[at] = heap[child]
        at, child = child, 2 * child
    heap[at] = node


@helper
def _leaves(frequencies: Any, heap: Any, keys: Any, lengths: Any) -> Any:
    """Put all codes that occur into the heap, two at least; returns how many, and the last of them."""
    size, last = 0, -1
    for code in range(len(frequencies)):
        lengths[code] = 0
        if frequencies[code]:
            size += 1
            heap[size] = last = code
            keys[code] = frequencies[code] << 16
    while size < 2:
        code = 0
        if last < 2:
            last += 1
            code = last
        size += 1
        heap[size] = code
        keys[code] = 1 << 16
    return size, last


@helper
def _shorten(counts: Any, excess: int, most: int) -> None:
    """Make the counts of lengths those of a code again, after codes that were too long got `most` bits."""
    while excess > 0:
        bits = most - 1
        while counts[bits] == 0:
            bits -= 1
        counts[bits] -= 1
        counts[bits + 1] += 2
        counts[most] -= 1
        excess -= 2


@helper
def _assign(heap: Any, counts: Any, most: int, codes: int, lengths: Any) -> None:
    """Give the codes, the rarest first, as many lengths of each number of bits as there are by `counts`."""
    at = HEAP
    for bits in range(most, 0, -1):
        while counts[bits] > 0 and at > 0:
            at -= 1
            if heap[at] < codes:
                lengths[heap[at]] = bits
                counts[bits] -= 1


@helper
def _code_lengths(frequencies: Any, most: int, lengths: Any) -> Any:
    """Fill in the bits of a Huffman code, at most `most` for each; returns the last code that has any."""
    heap, keys = np.zeros(HEAP + 1, np.int64), np.zeros(HEAP + 1, np.int64)
    parents, depths, counts = np.zeros(HEAP, np.int64), np.zeros(HEAP, np.int64), np.zeros(16, np.int64)
    size, last = _leaves(frequencies, heap, keys, lengths)
    for at in range(size // 2, 0, -1):
        _sift(heap, size, keys, at)
    node, done, codes = len(frequencies), HEAP, len(frequencies)
    while size > 1:
        one = heap[1]
        heap[1] = heap[size]
        size -= 1
        _sift(heap, size, keys, 1)
        two = heap[1]
        done -= 2
        heap[done + 1], heap[done] = one, two
        weight = (keys[one] >> 16) + (keys[two] >> 16)
        keys[node] = weight << 16 | (max(keys[one] & 0xFFFF, keys[two] & 0xFFFF) + 1)
        parents[one] = parents[two] = heap[1] = node
        node += 1
        _sift(heap, size, keys, 1)
    excess = 0
    for at in range(done, HEAP):
        code = heap[at]
        depths[code] = depths[parents[code]] + 1
        if depths[code] > most:
            depths[code] = most
            excess += 1
        if code < codes:
            lengths[code] = depths[code]
            counts[depths[code]] += 1
    if excess:
        _shorten(counts, excess, most)
        _assign(heap, counts, most, codes, lengths)
    return last


@helper
def _set_static(near_bits: Any, far_bits: Any) -> None:
    """Fill in the lengths of the codes that need no head."""
    for code in range(ALL_CODES):
        near_bits[code] = STATIC_LENGTHS[code]
    for code in range(FAR_CODES):
        far_bits[code] = STATIC_FAR[code]


@helper
def _codes(lengths: Any, codes: Any) -> None:
    """Fill in the codes of these lengths, the first bit as the lowest."""
    following = np.zeros(MOST_BITS + 2, np.int64)
    for code in range(len(lengths)):
        following[lengths[code] + 1] += lengths[code] > 0
    for bits in range(1, MOST_BITS + 2):
        following[bits] = following[bits] + following[bits - 1] << 1
    for code in range(len(lengths)):
        value, turned = following[lengths[code]], 0
        following[lengths[code]] += 1
        for _ in range(lengths[code]):
            turned = turned << 1 | (value & 1)
            value >>= 1
        codes[code] = turned


@helper
def _far_code(distance: int) -> Any:
    """The code of a distance - 1."""
    return FAR_CODE[distance] if distance < 256 else FAR_CODE[256 + (distance >> 7)]


@helper
def _count(symbols: Any, count: int, near: Any, far: Any) -> None:
    """Count how often each code occurs."""
    near[END] = 1
    for index in range(count):
        symbol = 0 + symbols[index]
        if symbol < LITERALS:
            near[symbol] += 1
        else:
            near[LENGTHS + LENGTH_CODE[symbol & 255]] += 1
            far[_far_code((symbol >> 8) - 1)] += 1


@helper
def _cost(frequencies: Any, lengths: Any, extra: Any, base: int) -> Any:
    """Bits that all these codes take, with what comes after those from `base` on."""
    total = 0
    for code in range(len(frequencies)):
        more = extra[code - base] if code >= base else 0
        total += frequencies[code] * (lengths[code] + more)
    return total


@helper
def _run_lengths(lengths: Any, last: int, tokens: Any, count: int) -> Any:
    """Append the lengths of the codes to `tokens`: each a code, and 256 times what follows it; returns their number."""
    before, at = -1, 0
    while at <= last:
        bits, start = lengths[at], at
        most = 138 if bits == 0 else 6 if bits == before else 7
        while at <= last and at - start < most and lengths[at] == bits:
            at += 1
        size = at - start
        if bits and bits != before:
            tokens[count] = bits
            count += 1
            size -= 1
        if size < SHORTEST_RUN:
            for _ in range(size):
                tokens[count] = bits
                count += 1
        else:
            tokens[count] = (
                REPEAT | (size - 3) << 8
                if bits
                else ZEROS | (size - 3) << 8
                if size <= 10
                else MANY_ZEROS | (size - 11) << 8
            )
            count += 1
        before = bits
    return count


@helper
def _put(out: Any, state: Any, value: Any, bits: Any) -> None:
    """Write up to 56 bits, the lowest first."""
    held, count, at = state[HELD] | value << state[BITS], state[BITS] + bits, state[WRITTEN]
    while count >= 8:
        if at < len(out):
            out[at] = held & 255
        at += 1
        held >>= 8
        count -= 8
    state[HELD], state[BITS], state[WRITTEN] = held, count, at


@helper
def _put_head(out: Any, state: Any, tokens: Any, count: int, sizes: Any) -> None:
    """Write the codes of a block; `sizes`: how many there are of each of the three kinds, and the bits of the third."""
    codes = np.zeros(RUN_CODES, np.int64)
    _codes(sizes[3:], codes)
    _put(out, state, (sizes[0] - LENGTHS) | (sizes[1] - 1) << 5 | (sizes[2] - 4) << 10, 14)
    for index in range(sizes[2]):
        _put(out, state, sizes[3 + RUN_ORDER[index]], 3)
    for index in range(count):
        code = tokens[index] & 255
        _put(out, state, codes[code], sizes[3 + code])
        _put(out, state, tokens[index] >> 8, RUN_EXTRA[code])


@helper
def _put_symbols(out: Any, state: Any, symbols: Any, count: int, near_bits: Any, far_bits: Any) -> None:
    """Write the symbols with codes of these lengths, and the end of the block."""
    near, far = np.zeros(len(near_bits), np.int64), np.zeros(FAR_CODES, np.int64)
    _codes(near_bits, near)
    _codes(far_bits, far)
    for index in range(count):
        symbol = 0 + symbols[index]
        if symbol < LITERALS:
            _put(out, state, near[symbol], near_bits[symbol])
            continue
        length, distance = symbol & 255, (symbol >> 8) - 1
        code = LENGTH_CODE[length]
        value, bits = near[LENGTHS + code], near_bits[LENGTHS + code]
        value |= (length - LENGTH_BASE[code]) << bits
        bits += LENGTH_EXTRA[code]
        code = _far_code(distance)
        value |= far[code] << bits
        bits += far_bits[code]
        value |= (distance - FAR_BASE[code]) << bits
        _put(out, state, value, bits + FAR_EXTRA[code])
    _put(out, state, near[END], near_bits[END])


@helper
def _put_stored(data: Any, out: Any, state: Any) -> None:
    """Write the bytes of the block as they are."""
    size = state[STOP] - state[START]
    _put(out, state, 0, -state[BITS] & 7)
    _put(out, state, (size & 0xFFFF) | (~size & 0xFFFF) << 16, 32)
    for at in range(state[START], state[STOP]):
        _put(out, state, data[at], 8)


@kernel("int64(uint8[::1], int64[::1], int32[::1], int64, uint8[::1], int64[::1])")
def block(data: Any, told: Any, symbols: Any, count: int, out: Any, state: Any) -> int:
    """Write a block in the way that takes the fewest bytes; returns how many bytes of output there are.

    They are more than `out` has where it is too short: what has no room there is not written.
    """
    near, far, run = np.zeros(CODES, np.int64), np.zeros(FAR_CODES, np.int64), np.zeros(RUN_CODES, np.int64)
    near_bits, far_bits = np.zeros(ALL_CODES, np.int64), np.zeros(FAR_CODES, np.int64)
    sizes, tokens = np.zeros(3 + RUN_CODES, np.int64), np.zeros(CODES + FAR_CODES, np.int64)
    _count(symbols, count, near, far)
    sizes[0] = _code_lengths(near, MOST_BITS, near_bits) + 1
    sizes[1] = _code_lengths(far, MOST_BITS, far_bits) + 1
    written = _run_lengths(near_bits, sizes[0] - 1, tokens, 0)
    written = _run_lengths(far_bits, sizes[1] - 1, tokens, written)
    for index in range(written):
        run[tokens[index] & 255] += 1
    _code_lengths(run, MOST_RUN_BITS, sizes[3:])
    sizes[2] = RUN_CODES
    while sizes[2] > 4 and sizes[3 + RUN_ORDER[sizes[2] - 1]] == 0:
        sizes[2] -= 1
    dynamic = _cost(near, near_bits, LENGTH_EXTRA, LENGTHS) + _cost(far, far_bits, FAR_EXTRA, 0)
    dynamic += _cost(run, sizes[3:], RUN_EXTRA, 0) + 3 * sizes[2] + 14
    static = _cost(near, STATIC_LENGTHS, LENGTH_EXTRA, LENGTHS) + _cost(far, STATIC_FAR, FAR_EXTRA, 0)
    dynamic, static = (dynamic + 10) >> 3, (static + 10) >> 3
    least = static if told[FIXED] else min(dynamic, static)
    kind = STATIC if static == least else DYNAMIC
    if state[STOP] - state[START] + 4 <= least and state[START] >= state[BASE]:
        kind = STORED
    _put(out, state, kind << 1 | state[DONE], 3)
    if kind == STORED:
        _put_stored(data, out, state)
    else:
        if kind == DYNAMIC:
            _put_head(out, state, tokens, written, sizes)
        else:
            _set_static(near_bits, far_bits)
        _put_symbols(out, state, symbols, count, near_bits, far_bits)
    if state[DONE]:
        _put(out, state, 0, -state[BITS] & 7)
    state[START] = state[STOP]
    return int(state[WRITTEN])
