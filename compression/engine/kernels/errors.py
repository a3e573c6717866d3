"""An arithmetic coder for errors of a prediction: each as likely as those around it make it.

A folded error is written as its number of bits, by a tree of yes and no, and then its bits below the highest, of which
the first three are looked at and the others taken as they come. What is likely is told by several contexts: how large
the errors near by are. Their opinions are mixed as in PAQ: by weights that learn, in the logistic domain.
"""

from typing import Any

import numpy as np

from compression.engine.kernels import helper, kernel

VIEWS = 5
"""Contexts of a decision."""
LOW_BITS = 1 << 16
SLOTS = 1 << 19
"""Places that a context has for its decisions: those of numbers of bits first, from LOW_BITS on those of bits."""
LOOKED_AT = 3
FULL = 0xFFFFFFFF
LIMIT = 255
ONE = 1 << 16

_POINTS = [
    1,
    2,
    3,
    6,
    10,
    16,
    27,
    45,
    73,
    120,
    194,
    310,
    488,
    747,
    1101,
    1546,
    2047,
    2549,
    2994,
    3348,
    3607,
    3785,
    3901,
]
_POINTS += [3975, 4022, 4050, 4068, 4079, 4085, 4089, 4092, 4093, 4094]


def tables() -> tuple[Any, Any]:
    """`squash` of -2048..2047 into probabilities of 12 bits, and `stretch`, its inverse; whole numbers only."""
    inputs = np.arange(-2048, 2048)
    points = np.array((*_POINTS, _POINTS[-1]), np.int64)
    at, part = (inputs >> 7) + 16, inputs & 127
    squash = (points[at] * (128 - part) + points[at + 1] * part + 64) >> 7
    stretch = np.searchsorted(squash, np.arange(4096)) - 2048
    return squash.astype(np.int32), np.minimum(stretch, 2047).astype(np.int32)


@helper
def grade(value: Any) -> Any:
    """A size as its logarithm, in steps of about a third; below 128."""
    bits = np.int64(0)
    while value >> bits > 7:
        bits += 1
    graded: Any = min(bits * 4 + (value >> bits), 127)
    return graded


@helper
def bits_of(value: Any) -> Any:
    """The number of bits of a number."""
    bits = np.int64(0)
    while value >> bits > 0:
        bits += 1
    return bits


@helper
def code(state: Any, data: Any, chance: Any, bit: Any, decoding: Any) -> Any:
    """Write a bit, or read it, whose chance to be 1 is so many parts of 65536. State: low, high, value, place."""
    low, high = state[0], state[1]
    span = high - low
    middle = low + (span >> 16) * chance + ((span & 0xFFFF) * chance >> 16)
    if decoding:
        bit = np.int64(1) if state[2] <= middle else np.int64(0)
    if bit:
        high = middle
    else:
        low = middle + 1
    while (low ^ high) & 0xFF000000 == 0:
        if decoding:
            more = np.int64(data[state[3]]) if state[3] < len(data) else np.int64(0)
            state[2] = (state[2] << 8 | more) & FULL
        elif state[3] < len(data):
            data[state[3]] = high >> 24
        state[3] += 1
        low, high = low << 8 & FULL, (high << 8 & FULL) | 255
    state[0], state[1] = low, high
    return bit


@helper
def begin(state: Any, data: Any) -> None:
    """Read the first four bytes."""
    for place in range(4):
        state[2] = state[2] << 8 | (np.int64(data[place]) if place < len(data) else np.int64(0))
    state[3] = 4


@helper
def decide(state: Any, data: Any, bit: Any, decoding: Any, model: Any, weights: Any) -> Any:
    """One decision: mix what the contexts say, code the bit, and learn from it."""
    slots, chances, counts, inputs, squash, stretch, rates = model
    total = np.int64(0)
    for v in range(VIEWS):
        inputs[v] = stretch[chances[v, slots[v]] >> 4]
        total += inputs[v] * weights[v]
    opinion: Any = min(max(total >> 16, -2047), 2047)
    mixed = squash[opinion + 2048]
    chance = mixed * 16 + 8
    bit = code(state, data, chance, bit, decoding)
    miss = ((bit << 12) - mixed) * 4
    for v in range(VIEWS):
        weights[v] += (inputs[v] * miss + 0x2000) >> 14
        slot = slots[v]
        seen = counts[v, slot]
        chances[v, slot] += ((bit << 16) - bit - chances[v, slot]) * rates[seen] >> 16
        if seen < LIMIT:
            counts[v, slot] = seen + 1
    return bit


@helper
def aim(slots: Any, views: Any, room: Any, decision: Any) -> None:
    """Set the places of a decision, each context having room for 2 to the power of `room`."""
    for v in range(VIEWS):
        slots[v] = (views[v] << room) + decision


@helper
def at(folded: Any, place: Any, otherwise: Any) -> Any:
    """The error at a place, if that is there."""
    return np.int64(folded[place]) if place >= 0 else otherwise


@helper
def look(folded: Any, i: Any, channel: Any, step: Any, row: Any, plane: Any, slow: Any, views: Any) -> Any:
    """Set the contexts of error `i`, each below 1024; returns how large the errors near by are."""
    up = row if row else 2 * step
    w = at(folded, i - step, np.int64(0))
    n = at(folded, i - up, w)
    nw = at(folded, i - up - step, n)
    ne = at(folded, i - up + step, n) if row else at(folded, i - 3 * step, n)
    ww = at(folded, i - 2 * step, w)
    nn = at(folded, i - 2 * up, n)
    beside = at(folded, i - 1, w) if channel > 0 else w
    far = at(folded, i - plane, n) if plane else beside
    near = grade((2 * w + 2 * n + nw + ne) * 2 + ww + nn)
    mine: Any = min(channel, 3)
    views[0] = near * 4 + mine
    views[1] = coarse(w) * 32 + coarse(n)
    views[2] = grade(slow[channel] >> 3) * 4 + mine
    views[3] = near // 4 * 32 + coarse((beside + far) >> 1)
    views[4] = coarse((ne + nw + nn) // 3) * 32 + coarse((w + ww + far) // 3)
    return near


@helper
def coarse(value: Any) -> Any:
    """A size as its logarithm in larger steps; below 32."""
    return min(grade(value * 2), 95) // 3


@helper
def one(
    state: Any, data: Any, value: Any, decoding: Any, model: Any, views: Any, mixers: Any, bits: Any
) -> Any:
    """Write an error, or read it: its number of bits, and then these."""
    slots, depth = model[0], bits_of(bits)
    size = bits_of(value)
    node = np.int64(1)
    for d in range(depth - 1, -1, -1):
        aim(slots, views, depth, node)
        bit = decide(state, data, size >> d & 1, decoding, model, mixers[node])
        node = node * 2 + bit
    size = min(node - (np.int64(1) << depth), bits)
    found = min(size, np.int64(1))
    for d in range(size - 2, -1, -1):
        bit = value >> d & 1
        if size - 2 - d < LOOKED_AT:
            aim(slots, views, np.int64(8), LOW_BITS + size % 32 * 8 + found)
            bit = decide(state, data, bit, decoding, model, mixers[found])
        else:
            bit = code(state, data, np.int64(1 << 15), bit, decoding)
        found = found * 2 + bit
    return found


@kernel(
    "int64(uint32[::1], uint8[::1], int64, int64, int64, int64, int64, int32[::1], int32[::1], int64[::1])"
)
def run(
    folded: Any,
    data: Any,
    decoding: int,
    bits: int,
    step: int,
    row: int,
    plane: int,
    squash: Any,
    stretch: Any,
    rates: Any,
) -> int:
    """Code `folded` into `data`, or the other way around; returns the length of `data` that was used or needed.

    Errors have `bits` bits. Neighbours are `step`, `row` and `plane` (0: none) numbers away.
    """
    chances = np.full((VIEWS, SLOTS), 1 << 15, np.int32)
    counts = np.zeros((VIEWS, SLOTS), np.uint8)
    sets = np.full((step * 2, 64, VIEWS), ONE // 3, np.int64)
    inputs, slots, views = np.zeros(VIEWS, np.int64), np.zeros(VIEWS, np.int64), np.zeros(VIEWS, np.int64)
    model = (slots, chances, counts, inputs, squash, stretch, rates)
    slow = np.zeros(step, np.int64)
    state = np.array([0, FULL, 0, 0], np.int64)
    if decoding:
        begin(state, data)
    channel = np.int64(0)
    for i in range(len(folded)):
        near = look(folded, i, channel, step, row, plane, slow, views)
        mixers = sets[channel * 2 + (1 if near > 24 else 0)]
        value = np.int64(0) if decoding else np.int64(folded[i])
        found = one(state, data, value, decoding, model, views, mixers, bits)
        if decoding:
            folded[i] = found & FULL
            if state[3] > len(data) + 3:
                break  # what follows would be made of nothing
        slow[channel] += ((found << 8) - slow[channel]) >> 5
        channel = channel + 1 if channel + 1 < step else np.int64(0)
    if decoding:
        return int(state[3] - 3)
    # The decoder goes on with zeros, so one byte is enough to be between low and high.
    data[min(state[3], len(data) - 1)] = state[1] >> 24
    return int(state[3] + 1)
