"""CRC-32C, which Python has not: the Snappy library computes it for the chunks of its frames; here they are joined.

A checksum is a polynomial over two elements, its highest power in the lowest bit; what follows it multiplies it.
"""

from functools import cache

import cramjam

from compression.engine.codecs.reader import Bytes, sliced
from compression.engine.limits import KiB

CHUNK = 64 * KiB
"""What Snappy puts in a frame's chunk."""
_POLYNOMIAL, _ONES, _MASK = 0x82F63B78, 0xFFFFFFFF, 0xA282EAD8
_CHECKSUM_AT = 14
"""Behind the identifier of the stream and the header of the chunk."""
_ONE, _BYTE = 1 << 31, 1 << 23


def crc32c(data: Bytes) -> int:
    """The checksum as it is standard."""
    value = 0
    for chunk in sliced(data, CHUNK):
        value = _times(value, _behind(len(chunk))) ^ _of_chunk(chunk)
    return value


def remainder(data: Bytes, register: int) -> int:
    """The bare division: from this register on, and nothing turned around at its end."""
    return _times(register ^ _ONES, _behind(len(data))) ^ crc32c(data) ^ _ONES


def _of_chunk(chunk: Bytes) -> int:
    frame = bytes(cramjam.snappy.compress(chunk))
    masked = int.from_bytes(frame[_CHECKSUM_AT : _CHECKSUM_AT + 4], "little") - _MASK & _ONES
    return (masked << 15 | masked >> 17) & _ONES


@cache
def _behind(size: int) -> int:
    """What a checksum is multiplied by when so many bytes follow."""
    value, square = _ONE, _BYTE
    while size:
        if size & 1:
            value = _times(value, square)
        square, size = _times(square, square), size >> 1
    return value


def _times(a: int, b: int) -> int:
    product = 0
    for bit in range(31, -1, -1):
        if a >> bit & 1:
            product ^= b
        b = b >> 1 ^ (_POLYNOMIAL if b & 1 else 0)
    return product
