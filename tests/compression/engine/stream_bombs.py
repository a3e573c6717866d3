"""Compressed streams made to do harm: small ones that grow, that want memory, that lie, that never come to anything.

`STREAM_BOMBS` says for each which codec a user would have decode it, and how that has to end under `LIMITS`.
"""

import lzma
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import blosc2

from compression.engine.codecs import codec_from
from compression.engine.errors import CorruptStream, EngineError, LimitExceeded, TruncatedStream
from tests.compression.engine.bombs import ZEROS, hungry_xz, lying_gzip, lying_xz, members_of_gzip
from tests.compression.engine.quine import gzip_quine
from tests.compression.engine.samples import MiB, prose

GROWING: dict[str, dict[str, Any]] = {
    "blosc2": {},
    "brotli": {"level": 1},
    "bzip2": {"level": 1},
    "bzip3": {"block_mib": 1},
    "deflate": {"level": 1},
    "gzip": {"level": 1},
    "lz4": {},
    "lzma": {"level": 0},
    "snappy": {},
    "xz": {"level": 0},
    "zlib": {"level": 1},
    "zstd": {"level": 1},
}


@dataclass(frozen=True)
class StreamBomb:
    """How it is made, what decodes it, and the error that ends it; None where it is harmless and short."""

    codec: str
    make: Callable[[], bytes]
    error: type[EngineError] | None = None


def zeros(codec_id: str, settings: Mapping[str, Any]) -> bytes:
    """A lot of nothing."""
    codec = codec_from({"id": codec_id, **settings})
    return b"".join(codec.encode_chunks([bytes(MiB)] * (ZEROS // MiB)))


def zstd_frame(descriptor: int, rest: bytes) -> bytes:
    """A frame with a header of our choice, and a block that repeats one byte 128 KiB times."""
    block = (1 | 1 << 1 | 128 << 10 << 3).to_bytes(3, "little") + b"\0"
    return b"\x28\xb5\x2f\xfd" + bytes([descriptor]) + rest + block


def hungry_lzma() -> bytes:
    """Wants a dictionary of 3 GiB."""
    return b"\x5d" + struct.pack("<IQ", 3 << 30, (1 << 64) - 1) + lzma.compress(b"a", lzma.FORMAT_ALONE)[13:]


def hungry_bzip3() -> bytes:
    """Has the largest blocks that there are: 511 MiB."""
    packed = bytearray(codec_from({"id": "bzip3"}).encode(prose(1000)))
    packed[5:9] = struct.pack("<I", 511 * MiB)
    return bytes(packed)


def blosc2_header(at: int, value: bytes) -> bytes:
    """A frame whose header has other bytes somewhere."""
    packed = bytearray(codec_from({"id": "blosc2"}).encode(prose(1000)))
    packed[at : at + len(value)] = value
    return bytes(packed)


def blosc2_zeros() -> bytes:
    """A gigabyte in chunks that say no more than that they are zero."""
    frame = blosc2.SChunk(chunksize=64 * MiB, contiguous=True, cparams={"typesize": 1, "nthreads": 1})
    frame.fill_special(1 << 30, blosc2.SpecialValue.ZERO)
    return bytes(frame.to_cframe())


def lying_lz4() -> bytes:
    """States a terabyte, and holds some bytes."""
    packed = bytearray(codec_from({"id": "lz4"}).encode(prose(1000)))
    packed[6:14] = struct.pack("<Q", 1 << 40)
    return bytes(packed)


def lying_snappy() -> bytes:
    """A chunk of four bytes that states four gigabytes."""
    body = bytes(4) + b"\xff\xff\xff\xff\x0f"
    return b"\xff\x06\0\0sNaPpY\0" + len(body).to_bytes(3, "little") + body


def endless_lz4() -> bytes:
    """Empty frames, by the thousand."""
    return codec_from({"id": "lz4", "content_size": False, "checksum": False}).encode(b"") * 50_000


def endless_blocks() -> bytes:
    """Empty deflate blocks, by the million, and never an end."""
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\0\0\0\xff\xff" * 1_000_000


def layers() -> bytes:
    """Zeros, packed again and again: each layer is a bomb of the next."""
    inner = zlib.compress(bytes(128 * MiB), 1)
    return zlib.compress(zlib.compress(inner))


STREAM_BOMBS: dict[str, StreamBomb] = {
    **{
        f"zeros in {codec_id}": StreamBomb(codec_id, partial(zeros, codec_id, settings), LimitExceeded)
        for codec_id, settings in GROWING.items()
    },
    "blosc2: chunks of zeros": StreamBomb("blosc2", blosc2_zeros, LimitExceeded),
    "layers": StreamBomb("zlib", layers),
    "quine": StreamBomb("gzip", gzip_quine),
    # Ones that want memory
    "zstd: a window of 2 GiB": StreamBomb("zstd", lambda: zstd_frame(0, b"\xa8"), LimitExceeded),
    "xz: a dictionary of 3 GiB": StreamBomb("xz", hungry_xz, LimitExceeded),
    "lzma: a dictionary of 3 GiB": StreamBomb("lzma", hungry_lzma, LimitExceeded),
    "bzip3: blocks of 511 MiB": StreamBomb("bzip3", hungry_bzip3, LimitExceeded),
    "blosc2: chunks of 2 GiB": StreamBomb(
        "blosc2", lambda: blosc2_header(58, b"\x7f\xff\xff\xff"), LimitExceeded
    ),
    # Ones that lie
    "gzip: states ten bytes": StreamBomb("gzip", lying_gzip, LimitExceeded),
    "zstd: states a terabyte": StreamBomb(
        "zstd", lambda: zstd_frame(0xE0, struct.pack("<Q", 1 << 40)), LimitExceeded
    ),
    "zstd: states a byte": StreamBomb("zstd", lambda: zstd_frame(0x20, b"\x01"), CorruptStream),
    "xz: another index": StreamBomb("xz", lying_xz, CorruptStream),
    "lz4: states a terabyte": StreamBomb("lz4", lying_lz4, CorruptStream),
    "snappy: states four gigabytes": StreamBomb("snappy", lying_snappy, CorruptStream),
    "blosc2: states a petabyte": StreamBomb(
        "blosc2", lambda: blosc2_header(30, struct.pack(">q", 1 << 50)), LimitExceeded
    ),
    "blosc2: a frame of a petabyte": StreamBomb(
        "blosc2", lambda: blosc2_header(16, struct.pack(">Q", 1 << 50)), LimitExceeded
    ),
    # Ones that go on and on
    "gzip: empty members": StreamBomb("gzip", members_of_gzip),
    "lz4: empty frames": StreamBomb("lz4", endless_lz4),
    "gzip: empty blocks": StreamBomb("gzip", endless_blocks, TruncatedStream),
    "zstd: a frame to skip, of four gigabytes": StreamBomb(
        "zstd", lambda: struct.pack("<II", 0x184D2A50, 0xFFFFFFFF) + bytes(1000), TruncatedStream
    ),
}
