"""What classic zlib makes of content, whatever library is linked here: deflate by the kernels."""

from typing import Any, NamedTuple

import numpy as np

from compression.engine.codecs.reader import Bytes
from compression.engine.errors import Unsupported

MATCHING = {
    1: (4, 4, 8, 4),
    2: (4, 5, 16, 8),
    3: (4, 6, 32, 32),
    4: (4, 4, 16, 16),
    5: (8, 16, 32, 32),
    6: (8, 16, 128, 128),
    7: (8, 32, 128, 256),
    8: (32, 128, 258, 1024),
    9: (32, 258, 258, 4096),
}
"""For each level: with a match of so many bytes it looks less, with so many not at all, such a match is good enough,
and so many places are looked at."""
FAST = 3
"""The highest level that takes each match."""
FILTERED, HUFFMAN, RLE, FIXED = 1, 2, 3, 4
MOST = 1 << 31


class Made(NamedTuple):
    """A deflate stream, and of its blocks but the last: so many bytes of the content were read when they were made."""

    packed: bytes
    read: int


def deflated(content: Bytes, level: int, memory: int, strategy: int, window: int, *, ended: bool) -> Made:
    """The raw stream of content, all of it; or the blocks that are complete while more content may come."""
    from compression.engine.kernels import deflate as kernel
    from compression.engine.kernels.deflate_blocks import block

    if len(content) >= MOST:
        raise Unsupported("A deflate stream of more than 2 GiB cannot be made here")
    data = np.array(np.frombuffer(content, np.uint8))
    parse: Any = kernel.fast if level <= FAST else kernel.slow
    parse, least = {HUFFMAN: (kernel.plain, 1), RLE: (kernel.runs, kernel.LONGEST + 1)}.get(
        strategy, (parse, kernel.AHEAD)
    )
    good, lazy, nice, chain = MATCHING[level]
    bits = memory + 7
    told = np.zeros(kernel.TOLD, np.int64)
    told[kernel.WINDOW], told[kernel.REACH] = 1 << window, (1 << window) - kernel.AHEAD
    told[kernel.LEAST], told[kernel.SHIFT], told[kernel.HASHES] = (
        1 if ended else least,
        (bits + 2) // 3,
        (1 << bits) - 1,
    )
    told[kernel.GOOD], told[kernel.LAZY], told[kernel.NICE], told[kernel.CHAIN] = good, lazy, nice, chain
    told[kernel.FILTERED], told[kernel.FIXED] = strategy == FILTERED, strategy == FIXED
    head, prev = np.zeros(1 << bits, np.int32), np.zeros(1 << window, np.int32)
    symbols = np.zeros((1 << memory + 6) - 1, np.int32)
    out, state = np.zeros(6 * len(symbols) + 2048, np.uint8), np.zeros(kernel.STATE, np.int64)
    state[kernel.LENGTH] = kernel.SHORTEST - 1
    parts, read = [], 0
    while not state[kernel.DONE]:
        count = parse(data, told, head, prev, symbols, state)
        if not state[kernel.DONE]:
            read = min(len(data), int(state[kernel.STOP]) + least)
        elif not ended:
            break
        state[kernel.WRITTEN] = 0
        parts.append(out[: block(data, told, symbols, count, out, state)].tobytes())
    return Made(b"".join(parts), read)
