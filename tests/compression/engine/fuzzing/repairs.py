"""Checksums of headers made right again, and headers that lie twice: what lets a hostile stream get far.

Each repair changes the data in place and says whether what comes out is still guarded by a checksum of the content.
"""

import random
import struct
import zlib
from collections.abc import Callable, Iterator

from tests.compression.engine.fuzzing import containers

Repair = Callable[[random.Random, bytearray, bytes], bool]
TAR_BLOCK = 512
_MASK = 0xFFFFFFFF


def tar_headers(data: bytes) -> Iterator[int]:
    """Where in a tar archive a header may stand."""
    for at in range(0, len(data) - TAR_BLOCK + 1, TAR_BLOCK):
        if data[at] and not data[at + 100 : at + 107].strip(b"01234567 \0"):
            yield at


def _tar(rng: random.Random, data: bytearray, original: bytes) -> bool:
    """The sum of each header block, where there was a header."""
    for at in tar_headers(original):
        if at + TAR_BLOCK <= len(data):
            data[at + 148 : at + 156] = b" " * 8
            data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + TAR_BLOCK])
    return False


def _sevenzip(rng: random.Random, data: bytearray, original: bytes) -> bool:
    """Of the table of contents, and of the start that points there."""
    if len(data) >= 32:
        offset, size = struct.unpack_from("<QQ", data, 12)
        if 32 + offset + size <= len(data):
            struct.pack_into("<I", data, 28, zlib.crc32(data[32 + offset : 32 + offset + size]))
        struct.pack_into("<I", data, 8, zlib.crc32(data[12:32]))
    return False


_ZIP_FIELDS = ((8, 6, "H"), (10, 8, "H"), (16, 14, "I"), (20, 18, "I"), (24, 22, "I"))
"""Flags, method, checksum, packed size, size: where in the directory, where beside the data, how wide."""


def _zip(rng: random.Random, data: bytearray, original: bytes) -> bool:
    """Another value for a field, in the directory and beside the data: both headers agree on the lie."""
    entries = [at for at in _found(data, b"PK\x01\x02") if at + 46 <= len(data)]
    if not entries:
        return True
    at = rng.choice(entries)
    local = int.from_bytes(data[at + 42 : at + 46], "little")
    there, here, width = rng.choice(_ZIP_FIELDS)
    size = struct.calcsize(width)
    values = (0, 1, 9, 12, 14, 20, 93, 95, 98, rng.randrange(1 << 16), len(data), (1 << 8 * size) - 1)
    value = (rng.choice(values) % (1 << 8 * size)).to_bytes(size, "little")
    if local + here + size <= len(data):
        data[at + there : at + there + size] = data[local + here : local + here + size] = value
    return True


def _found(data: bytearray, mark: bytes) -> list[int]:
    places, at = [], data.find(mark)
    while at >= 0:
        places.append(at)
        at = data.find(mark, at + 1)
    return places


def _xz(rng: random.Random, data: bytearray, original: bytes) -> bool:
    """Of the stream's header, of the first block's, and of the footer."""
    if len(data) < 24:
        return True
    struct.pack_into("<I", data, 8, zlib.crc32(data[6:8]))
    end = 12 + 4 * (data[12] + 1)
    if data[12] and end <= len(data):
        struct.pack_into("<I", data, end - 4, zlib.crc32(data[12 : end - 4]))
    struct.pack_into("<I", data, len(data) - 12, zlib.crc32(data[-8:-2]))
    return False


def _zlib(rng: random.Random, data: bytearray, original: bytes) -> bool:
    if len(data) >= 2:
        data[1] = data[1] & 0xE0
        data[1] += -int.from_bytes(data[:2], "big") % 31
    return True


def _lz4(rng: random.Random, data: bytearray, original: bytes) -> bool:
    """The one byte of xxHash behind the header of the first frame."""
    if len(data) >= 7:
        end = 6 + 8 * (data[4] >> 3 & 1) + 4 * (data[4] & 1)
        if end < len(data):
            data[end] = xxh32(bytes(data[4:end])) >> 8 & 0xFF
    return False


def xxh32(data: bytes) -> int:
    """xxHash of fewer than 16 bytes, seed 0."""
    primes = 2654435761, 2246822519, 3266489917, 668265263, 374761393
    value = primes[4] + len(data)
    whole = len(data) // 4 * 4
    for at in range(0, whole, 4):
        value = _rotated(value + int.from_bytes(data[at : at + 4], "little") * primes[2], 17) * primes[3]
    for byte in data[whole:]:
        value = _rotated(value + byte * primes[4], 11) * primes[0]
    value &= _MASK
    value = (value ^ value >> 15) * primes[1] & _MASK
    value = (value ^ value >> 13) * primes[2] & _MASK
    return value ^ value >> 16


def _rotated(value: int, bits: int) -> int:
    value &= _MASK
    return (value << bits | value >> (32 - bits)) & _MASK


REPAIRS: dict[str, Repair] = {
    "tar": _tar,
    "7z": _sevenzip,
    "zip": _zip,
    "xz": _xz,
    "zlib": _zlib,
    "lz4": _lz4,
    "dcz": containers.repaired,
}
