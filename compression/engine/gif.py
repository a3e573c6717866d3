"""Images in GIF files, wherever these are: where their codes are, and how the same codes are made of the pixels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from compression.engine.errors import CorruptStream
from compression.engine.streams import Array, array

MAGICS = (b"GIF87a", b"GIF89a")
EXTENSION, IMAGE = 0x21, 0x2C
LEAST = 64
"""Bytes of codes that are worth it."""
GROWTH, GROWTH_EACH = 12, 512
"""Pixels for a byte of all content, and for one of the codes of an image, at most."""
MAX_CLEARS = 1 << 16
NEEDED, FEW = 2, 16
"""What the encoder marks places with where a match was stopped; and bytes of codes for each of these, at least."""


@dataclass(frozen=True, slots=True)
class Coded:
    """The codes of an image, in blocks of `block` bytes: the bytes from `start` to `end`, of `size` pixels.

    Before them is a byte with the bits of a pixel. The table is cleared after as many codes as `clears` says, and the
    matches of some encoders end too early before the pixels at `stops`.
    """

    start: int
    end: int
    size: int
    block: int
    clears: tuple[int, ...]
    stops: tuple[int, ...] = ()

    def made(self, pixels: Array, bits: int) -> bytes:
        """The codes of the pixels in blocks; raises CorruptStream where the pixels have more bits."""
        marks = np.zeros(len(pixels), np.uint8)
        marks[list(self.stops)] = 1
        return blocks(pixels, bits, self.block, self.clears, marks)


def found(data: Array) -> list[tuple[Coded, Array]]:
    """The images of all GIF files in `data` whose codes are made again, in order, with their pixels."""
    content = data.tobytes()
    images = []
    left = GROWTH * len(content)
    for start, end, joined in _codes(content):
        bits, block = content[start - 1], content[start]
        decoded = _decoded(joined, bits, min(left, GROWTH_EACH * len(joined)))
        if decoded is None:
            continue
        pixels, starts, clears = decoded
        if blocks(pixels, bits, block, clears, starts) != content[start:end]:
            continue
        stops = tuple(np.flatnonzero(starts == NEEDED).tolist())
        if len(stops) * FEW <= len(joined):
            images.append((Coded(start, end, len(pixels), block, clears, stops), pixels))
            left -= len(pixels)
    return images


def _codes(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Start and end of the blocks of each image, and what they hold."""
    done = 0
    at = content.find(b"GIF8")
    while at >= 0:
        if at >= done and content[at : at + 6] in MAGICS:
            for start, end, joined in _images(content, at):
                yield start, end, joined
                done = end
        at = content.find(b"GIF8", at + 4)


def _images(content: bytes, at: int) -> Iterator[tuple[int, int, bytes]]:
    """The same of one file."""
    at = _behind_colours(content, at + 10, 3)
    while at + 10 < len(content):
        if content[at] == EXTENSION:
            at, _ = _blocks(content, at + 2)
        elif content[at] == IMAGE:
            start = _behind_colours(content, at + 9, 1) + 1
            at, joined = _blocks(content, start)
            if at <= len(content) and len(joined) >= LEAST and 2 <= content[start - 1] <= 8:
                yield start, at, joined
        else:
            return


def _behind_colours(content: bytes, flags: int, more: int) -> int:
    """The place behind the table of colours that the flags at a place announce, and `more` bytes with these."""
    if flags >= len(content):
        return len(content)
    return flags + more + (3 << (content[flags] & 7) + 1 if content[flags] & 0x80 else 0)


def _blocks(content: bytes, at: int) -> tuple[int, bytes]:
    """The place behind blocks, and what they hold; a place behind the content where they do not end."""
    parts = []
    while at < len(content) and content[at]:
        parts.append(content[at + 1 : at + 1 + content[at]])
        at += 1 + content[at]
    return at + 1, b"".join(parts)


def _decoded(joined: bytes, bits: int, most: int) -> tuple[Array, Array, tuple[int, ...]] | None:
    """Pixels, which of them begin codes, and the codes between clearings; None where these are no codes."""
    from compression.engine.kernels import lzw

    pixels, starts = np.empty(most, np.uint8), np.zeros(most, np.uint8)
    cleared = np.zeros(min(MAX_CLEARS, len(joined)) + 2, np.int64)
    table, lengths, state = (np.zeros(count, np.int64) for count in (lzw.TABLE, lzw.TABLE, 3))
    size = lzw.decode(np.array(array(joined)), bits, pixels, starts, cleared, table, lengths, state)
    if size <= 0:
        return None
    count = int(cleared[0])
    clears = _repeated(cleared[1 : count + 1].tolist(), int(cleared[count + 1]))
    return pixels[:size].copy(), starts[:size].copy(), clears


def _repeated(clears: Sequence[int], last: int) -> tuple[int, ...]:
    """The codes before each time that the table was cleared, without those that are as the one before."""
    kept = list(clears)
    while len(kept) > 1 and kept[-1] == kept[-2]:
        kept.pop()
    return tuple(kept) if kept and last <= kept[-1] else (*kept, 0)


def blocks(pixels: Array, bits: int, block: int, clears: tuple[int, ...], stops: Array) -> bytes:
    """The codes of pixels in blocks of so many bytes; raises CorruptStream where they have more bits.

    `stops`: as of the kernel.
    """
    from compression.engine.kernels import lzw

    if not 2 <= bits <= 8 or not 1 <= block <= 255 or not clears or min(clears) < 0:
        raise CorruptStream("An image of GIF has impossible settings")
    out = np.empty(3 * len(pixels) + 32, np.uint8)
    children = np.zeros(lzw.TABLE << 8, np.uint16)
    places, state = np.empty(lzw.TABLE, np.int64), np.zeros(3, np.int64)
    size = lzw.encode(np.array(pixels), bits, np.array(clears, np.int64), stops, out, children, places, state)
    if size < 0:
        raise CorruptStream("A pixel of GIF has too many bits")
    packed = out[:size].tobytes()
    parts = [packed[at : at + block] for at in range(0, size, block)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\x00"
