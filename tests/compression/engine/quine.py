"""A gzip file that decompresses to itself, and so to itself again, for ever.

A deflate stream is a program of two instructions: print what follows (L, a stored block), and repeat what was printed
(R, a copy). Each is brought to UNIT bytes here, so that either may stand for the other in a count of units. The program
is the one of Russ Cox ("Zip files all the way down", 2010); the checksum is found by solving for it, because CRC-32 is
linear.
"""

import struct
import zlib
from collections.abc import Callable

UNIT = 10
REPEAT = 40
"""Bytes that every R repeats: the header and one L, four units, or one R and the trailer."""


def literal(size: int) -> bytes:
    """L: print the next `size` bytes; an empty stored block fills it up."""
    return b"\0\0\0\xff\xff" + struct.pack("<BHH", 0, size, size ^ 0xFFFF)


def repeat() -> bytes:
    """R: print the last 40 bytes again, in a block of fixed codes, filled up by an empty one and a stored one."""
    bits = "0" + "10"  # a block that is not the last, of fixed codes
    bits += "0010001" + f"{REPEAT - 35:03b}"[::-1]  # length: code 273 for 35 to 42, three more bits
    bits += "01010" + f"{REPEAT - 33:04b}"[::-1]  # distance: code 10 for 33 to 48, four more bits
    bits += "0000000"  # the end of the block
    bits += "0" + "10" + "0000000"  # an empty block
    bits += "000"  # a stored block, which begins at the next byte
    bits += "0" * (-len(bits) % 8)
    data = bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8)) + b"\0\0\xff\xff"
    assert len(data) == UNIT
    return data


def gzip_quine() -> bytes:
    """The file."""
    return _file(_solved(lambda crc: zlib.crc32(_file(crc))))


def _file(crc: int) -> bytes:
    head = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + b"quine".ljust(REPEAT - UNIT - 11, b".") + b"\0"
    one, four, again = literal(UNIT), literal(4 * UNIT), repeat()
    program = head + literal(REPEAT) + head + literal(REPEAT) + again
    program += one + again + one + one
    program += four + again + one + one + four + again
    program += four + again + four + again + four + again
    filled = b"\0\0\0\xff\xff" * 4 + b"\x03\0"  # empty blocks, the last of them marked so
    size = len(program) + len(four) + 2 * REPEAT
    tail = again + filled + struct.pack("<II", crc, size)
    assert len(tail) == REPEAT
    return program + four + tail + tail


def _solved(checksum: Callable[[int], int]) -> int:
    """The value that is its own checksum. Each bit of it changes the checksum by a fixed pattern: linear equations."""
    constant = checksum(0)
    basis: dict[
        int, tuple[int, int]
    ] = {}  # by highest bit: a pattern, and the bits of the value that make it
    for bit in range(32):
        pattern, value = _reduced(checksum(1 << bit) ^ constant ^ 1 << bit, 1 << bit, basis)
        if pattern:
            basis[pattern.bit_length()] = pattern, value
    rest, value = _reduced(constant, 0, basis)
    assert not rest, "these equations have no solution"
    return value


def _reduced(pattern: int, value: int, basis: dict[int, tuple[int, int]]) -> tuple[int, int]:
    while found := basis.get(pattern.bit_length()):
        pattern, value = pattern ^ found[0], value ^ found[1]
    return pattern, value
