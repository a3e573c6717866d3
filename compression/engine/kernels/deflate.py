"""Matches as classic zlib's deflate finds them, bit for bit: the symbols of a block. `deflate_blocks` writes it.

A symbol is a literal, or distance * 256 + length - 3. The kernels work on `state`, so that they go on where they were.
Places are those in the whole content: zlib sees it through a window that moves on, and forgets what is before BASE.
"""

from typing import Any

from compression.engine.kernels import helper, kernel

PLACE, BASE, READ, LENGTH, DISTANCE, WAITING, START, STOP, DONE, HELD, BITS, WRITTEN, STATE = range(13)
"""Of `state`: the next byte; the first of the window and the end of what was read into it; the match found for the byte
before, and whether that byte waits for its literal; start and end of the block, whether it is the last; bits not yet
written and how many, and the bytes of the output."""
WINDOW, REACH, LEAST, SHIFT, HASHES, GOOD, LAZY, NICE, CHAIN, FILTERED, FIXED, TOLD = range(12)
"""Of `told`, as in zlib: bytes of the window, the greatest distance, the bytes ahead without which it stops; how many
bits the hash moves for each byte, and its mask; the four limits of the level; two strategies."""

SHORTEST, LONGEST = 3, 258
AHEAD = LONGEST + SHORTEST + 1
"""So many bytes are read ahead where there are as many."""
TOO_FAR = 4096
"""Three bytes that are farther away are better written as literals."""
WEAK = 5
"""With the strategy for filtered data matches up to this are none."""

PARSER = "int64(uint8[::1], int64[::1], int32[::1], int32[::1], int32[::1], int64[::1])"


@helper
def _fill(data: Any, told: Any, state: Any, at: int) -> bool:
    """Move the window on where that is due, and read into it; returns whether there is enough to go on with."""
    while True:
        if at - state[BASE] >= told[WINDOW] + told[REACH]:
            state[BASE] += told[WINDOW]
        state[READ] = min(len(data), state[BASE] + 2 * told[WINDOW])
        if state[READ] - at >= AHEAD or state[READ] >= len(data):
            return bool(state[READ] - at >= told[LEAST])


@helper
def _insert(data: Any, at: int, shift: int, mask: int, head: Any, prev: Any, ring: int) -> Any:
    """Remember the three bytes at this place; returns the place of the last that have the same hash, 0 for none."""
    key = ((data[at] << 2 * shift) ^ (data[at + 1] << shift) ^ data[at + 2]) & mask
    before = 0 + head[key]
    prev[at & ring] = before
    head[key] = at
    return before


@helper
def _longest(data: Any, told: Any, state: Any, at: int, near: Any, prev: Any, best: int) -> Any:
    """The longest match of more than `best` bytes, and where it starts (`at` where there is none)."""
    most = min(LONGEST, state[READ] - at)
    if best >= most:
        return most, at
    nice = min(told[NICE], most)
    chain = told[CHAIN] >> 2 if best >= told[GOOD] else told[CHAIN]
    limit = max(at - told[REACH], state[BASE])
    ring = told[WINDOW] - 1
    found, first = at, data[at]
    while True:
        if data[near + best] == data[at + best] and data[near + best - 1] == data[at + best - 1]:
            size = 0
            if data[near] == first:
                while size < most and data[near + size] == data[at + size]:
                    size += 1
            if size > best:
                found, best = near, size
                if size >= nice:
                    break
        near = 0 + prev[near & ring]
        chain -= 1
        if near <= limit or chain == 0:
            break
    return best, found


@kernel(PARSER)
def fast(data: Any, told: Any, head: Any, prev: Any, symbols: Any, state: Any) -> int:
    """Levels 1 to 3: each match is taken. Returns the number of symbols."""
    at, count = state[PLACE], 0
    shift, mask, ring = told[SHIFT], told[HASHES], told[WINDOW] - 1
    while count < len(symbols):
        if state[READ] - at < AHEAD and not _fill(data, told, state, at):
            state[DONE] = 1
            break
        near, length, start = 0, 0, at
        if state[READ] - at >= SHORTEST:
            near = _insert(data, at, shift, mask, head, prev, ring)
        if near > state[BASE] and at - near <= told[REACH]:
            length, start = _longest(data, told, state, at, near, prev, SHORTEST - 1)
        if length < SHORTEST:
            symbols[count] = data[at]
            at += 1
        else:
            symbols[count] = (at - start) << 8 | (length - SHORTEST)
            if length <= told[LAZY] and state[READ] - at - length >= SHORTEST:
                for place in range(at + 1, at + length):
                    _insert(data, place, shift, mask, head, prev, ring)
            at += length
        count += 1
    state[PLACE] = state[STOP] = at
    return count


@kernel(PARSER)
def slow(data: Any, told: Any, head: Any, prev: Any, symbols: Any, state: Any) -> int:
    """Levels 4 to 9: a match is taken where the next byte has none that is longer. Returns the number of symbols."""
    at, count = state[PLACE], 0
    length, distance, waiting = state[LENGTH], state[DISTANCE], state[WAITING]
    shift, mask, ring = told[SHIFT], told[HASHES], told[WINDOW] - 1
    while count < len(symbols):
        if state[READ] - at < AHEAD and not _fill(data, told, state, at):
            state[DONE] = 1
            break
        near, before, gap, length = 0, length, distance, SHORTEST - 1
        if state[READ] - at >= SHORTEST:
            near = _insert(data, at, shift, mask, head, prev, ring)
        if near > state[BASE] and before < told[LAZY] and at - near <= told[REACH]:
            length, start = _longest(data, told, state, at, near, prev, before)
            distance = at - start
            far = length == SHORTEST and distance > TOO_FAR
            if far or (told[FILTERED] and length <= WEAK):
                length = SHORTEST - 1
        if before >= SHORTEST and length <= before:
            symbols[count] = gap << 8 | (before - SHORTEST)
            count += 1
            for place in range(at + 1, min(at + before - 1, state[READ] - SHORTEST + 1)):
                _insert(data, place, shift, mask, head, prev, ring)
            at += before - 1
            length, waiting = SHORTEST - 1, 0
            continue
        if waiting:
            symbols[count] = data[at - 1]
            count += 1
        waiting = 1
        at += 1
    if state[DONE] and waiting:
        symbols[count] = data[at - 1]
        count += 1
        waiting = 0
    state[LENGTH], state[DISTANCE], state[WAITING] = length, distance, waiting
    state[PLACE], state[STOP] = at, at - waiting
    return count


@kernel(PARSER)
def plain(data: Any, told: Any, head: Any, prev: Any, symbols: Any, state: Any) -> int:
    """The strategy without matches. Returns the number of symbols."""
    at, count = state[PLACE], 0
    while count < len(symbols):
        if state[READ] <= at and not _fill(data, told, state, at):
            state[DONE] = 1
            break
        symbols[count] = data[at]
        count += 1
        at += 1
    state[PLACE] = state[STOP] = at
    return count


@kernel(PARSER)
def runs(data: Any, told: Any, head: Any, prev: Any, symbols: Any, state: Any) -> int:
    """The strategy that has runs of one byte alone. Returns the number of symbols."""
    at, count = state[PLACE], 0
    while count < len(symbols):
        if state[READ] - at <= LONGEST and not _fill(data, told, state, at):
            state[DONE] = 1
            break
        length, most = 0, min(LONGEST, state[READ] - at)
        if at > 0:
            while length < most and data[at + length] == data[at - 1]:
                length += 1
        symbols[count] = 1 << 8 | (length - SHORTEST) if length >= SHORTEST else data[at]
        at += length if length >= SHORTEST else 1
        count += 1
    state[PLACE] = state[STOP] = at
    return count
