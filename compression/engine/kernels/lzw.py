"""LZW as GIF has it: pixels of codes, and the codes of an encoder that takes the longest match where nothing stops it.

A table's entry is the number of the one that it goes on from, times 256, and its last pixel. `state` of a reader or
writer of codes: bits that are held, how many, and the place in the data.
"""

from typing import Any

from compression.engine.kernels import helper, kernel

MAX_BITS = 12
TABLE = 1 << MAX_BITS
HELD, COUNT, PLACE = 0, 1, 2


@helper
def _read(data: Any, state: Any, width: int) -> Any:
    """The next code, -1 where the data end."""
    while state[COUNT] < width:
        if state[PLACE] >= len(data):
            return -1
        state[HELD] |= data[state[PLACE]] << state[COUNT]
        state[COUNT] += 8
        state[PLACE] += 1
    code = state[HELD] & ((1 << width) - 1)
    state[HELD] >>= width
    state[COUNT] -= width
    return code


@helper
def _phrase(table: Any, lengths: Any, code: Any, pixels: Any, at: int) -> Any:
    """Write the pixels that a code stands for; returns how many, -1 where there is no room."""
    size = lengths[code]
    if at + size > len(pixels) or size < 1:
        return -1
    for n in range(size - 1, -1, -1):
        pixels[at + n] = table[code] & 255
        code = table[code] >> 8
        if code < 0 or code >= TABLE:
            return -1
    return size


@helper
def _known(code: int, clear: int, free: int) -> bool:
    """Whether the table has an entry of this number."""
    return code < clear or clear + 1 < code < free


@helper
def _entered(table: Any, lengths: Any, code: int, pending: int, before: int, pixels: Any, at: int) -> Any:
    """`_phrase`, and the entry that waited for its first pixel: the code before, and that pixel."""
    if pending < 0:
        return _phrase(table, lengths, code, pixels, at)
    table[pending], lengths[pending] = before << 8, lengths[before] + 1
    size = _phrase(table, lengths, code, pixels, at)
    if size > 0:
        table[pending] |= pixels[at]
        if code == pending:
            pixels[at + size - 1] = pixels[at]
    return size


@helper
def _widened(width: int, free: int) -> int:
    """The bits of the next code: one more where the table's next entry needs them."""
    return width + 1 if free > (1 << width) - 1 and width < MAX_BITS else width


@kernel("int64(uint8[::1], int64, uint8[::1], uint8[::1], int64[::1], int64[::1], int64[::1], int64[::1])")
def decode(
    data: Any, bits: int, pixels: Any, starts: Any, clears: Any, table: Any, lengths: Any, state: Any
) -> int:
    """Fill `pixels` from codes for pixels of `bits` bits; returns how many, or -1 where the data are something else.

    `clears`: the number of times that the table was cleared after the first, and for each the codes since the time
    before; last the codes since then. `starts`: 1 where the pixels of a code begin, as long as `pixels`.
    `table` and `lengths`: room for TABLE entries each; `state`: zeros.
    """
    clear = 1 << bits
    for code in range(clear):
        table[code], lengths[code] = code, 1
    width, free, pending, before = bits + 1, clear + 2, -1, 0
    at = codes = 0
    cleared = -1
    while True:
        code = _read(data, state, width)
        if code == clear:
            cleared += 1
            if cleared + 2 >= len(clears):
                return -1
            clears[cleared] = codes
            width, free, pending, codes = bits + 1, clear + 2, -1, 0
            continue
        if cleared < 0 or code == clear + 1:
            break
        if code < 0 or not _known(code, clear, free):
            return -1
        size = _entered(table, lengths, code, pending, before, pixels, at)
        if size < 0:
            return -1
        starts[at] = 1
        at += size
        codes += 1
        width = _widened(width, free)
        pending, before = -1, code
        if free < TABLE:
            pending = free
            free += 1
    clears[0], clears[cleared + 1] = cleared, codes
    return at if state[PLACE] == len(data) and cleared >= 0 else -1


@helper
def _write(out: Any, state: Any, code: int, width: int) -> None:
    """Write a code; nothing where there is no room, but the place goes on."""
    state[HELD] |= code << state[COUNT]
    state[COUNT] += width
    while state[COUNT] >= 8:
        if state[PLACE] < len(out):
            out[state[PLACE]] = state[HELD] & 255
        state[PLACE] += 1
        state[HELD] >>= 8
        state[COUNT] -= 8


@helper
def _forget(children: Any, places: Any, first: int, end: int) -> None:
    """Take the entries out of the table; all of it would take longer."""
    for number in range(first, end):
        children[places[number]] = 0


@kernel("int64(uint8[::1], int64, int64[::1], uint8[::1], uint8[::1], uint16[::1], int64[::1], int64[::1])")
def encode(
    pixels: Any, bits: int, clears: Any, stops: Any, out: Any, children: Any, places: Any, state: Any
) -> int:
    """Fill `out` with codes, and return its bytes; -1 where there is no room, or a pixel has more bits.

    The table is cleared after as many codes as `clears` says, the last of them again and again; 0 is never.
    A match ends before a pixel whose place in `stops` is not 0; those without which it went on are set to 2.
    `children`: zeros, 256 for each of TABLE entries; `places`: room for where in it entries are; `state`: zeros.
    """
    clear = 1 << bits
    width, free, entry, codes, period = bits + 1, clear + 2, -1, 0, 0
    _write(out, state, clear, width)
    for index in range(min(len(pixels), len(stops))):
        pixel = 0 + pixels[index]
        if pixel >= clear:
            return -1
        child = pixel if entry < 0 else 0 + children[entry << 8 | pixel]
        if child and entry >= 0 and stops[index]:
            stops[index] = 2
            child = 0
        if child or entry < 0:
            entry = child
            continue
        _write(out, state, entry, width)
        codes += 1
        width = _widened(width, free)
        if free < TABLE:
            places[free] = entry << 8 | pixel
            children[places[free]] = free
            free += 1
        if codes == clears[min(period, len(clears) - 1)]:
            _write(out, state, clear, width)
            _forget(children, places, clear + 2, free)
            width, free, codes = bits + 1, clear + 2, 0
            period += 1
        entry = pixel
    if entry >= 0:
        _write(out, state, entry, width)
        width = _widened(width, free)
    _write(out, state, clear + 1, width)
    _write(out, state, 0, 7)
    return state[PLACE] if state[PLACE] <= len(out) else -1
