"""Damage that once went unnoticed, or too far: found by `make fuzz`."""

import struct

import blosc2
import pyppmd
import pytest

from compression.engine.archives import methods
from compression.engine.codecs import codec_from
from compression.engine.codecs._crc32c import crc32c, remainder
from compression.engine.errors import CorruptStream, EngineError, TruncatedStream
from compression.engine.limits import KiB, Limits
from tests.compression.engine.archive_samples import GOLDEN, unpacked
from tests.compression.engine.samples import mixed, noise, pieces, prose

# Blosc2: each chunk has a header of its own, which the library believes.

BLOSC2 = codec_from({"id": "blosc2", "codec": "lz4"})


def with_chunk_header(at: int, value: bytes) -> bytes:
    """A frame in which the header of the first chunk has these bytes at an offset."""
    packed = bytearray(BLOSC2.encode(prose(3000)))
    chunk = blosc2.schunk_from_cframe(bytes(packed)).get_chunk(0)
    start = packed.index(chunk) + at
    packed[start : start + len(value)] = value
    return bytes(packed)


def test_a_chunk_as_it_is_decodes():
    assert BLOSC2.decode(with_chunk_header(0, b"")) == prose(3000)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        pytest.param(4, struct.pack("<i", -5), id="a negative size"),
        pytest.param(4, struct.pack("<i", 1 << 20), id="another size"),
        pytest.param(16, bytes([3]), id="the delta filter"),
        pytest.param(16, bytes([32]), id="a filter of a plugin"),
        pytest.param(2, bytes([0b110_00101]), id="a codec of a plugin"),
        pytest.param(31, bytes([4 << 4]), id="memory that nobody wrote to"),
    ],
)
def test_the_header_of_a_chunk_is_not_believed(at: int, value: bytes):
    with pytest.raises(CorruptStream):
        BLOSC2.decode(with_chunk_header(at, value))


# bzip3: the library gives out as much of its memory as a block says that it holds.


@pytest.mark.parametrize("data", [prose(20), prose(5000), (prose(3000) * 50)[: 65 * KiB]], ids=len)
@pytest.mark.parametrize("change", [-1, -512, 1, 5, 512])
def test_the_size_of_a_bzip3_block_is_that_of_its_content(data: bytes, change: int):
    packed = bytearray(codec_from({"id": "bzip3"}).encode(data))
    stated = max(0, len(data) + change)
    struct.pack_into("<I", packed, 13, stated)
    with pytest.raises(CorruptStream):
        codec_from({"id": "bzip3"}).decode(packed)


def test_crc_32c():
    assert crc32c(b"123456789") == 0xE3069283
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    for size in (0, 1, 100, 64 * KiB, 64 * KiB + 1, 150_000):
        data = noise(size)
        for register in (0, 1, 0xFFFFFFFF):
            value = register
            for byte in data:
                value = table[(value ^ byte) & 0xFF] ^ value >> 8
            assert remainder(data, register) == value
        assert crc32c(data) == value ^ 0xFFFFFFFF


# Zstandard: the library compares the size that a frame states only if all of it comes at once.


@pytest.mark.parametrize("change", [-1, 1])
def test_the_size_of_a_zstandard_frame_is_that_of_its_content(change: int):
    codec, data = codec_from({"id": "zstd", "window_log": 10}), prose(9000)
    packed = bytearray(codec.encode(data))
    assert packed[6:8] == struct.pack("<H", len(data) - 256)
    packed[6:8] = struct.pack("<H", len(data) - 256 + change)
    for size in (1, 7, 1000, len(packed)):
        with pytest.raises(CorruptStream):
            list(codec.decode_chunks(pieces(bytes(packed), size)))


# PPMd: the library's thread must never be left waiting, and its count is wrong where it waited.


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_ppmd_stream_is_no_crash(seed: int, hostile_host):
    data = bytearray((GOLDEN / "ppmd.7z").read_bytes())
    for position, byte in zip(range(40 + 13 * seed, 4900, 1100), noise(9, seed), strict=False):
        data[position] ^= byte | 1
    with pytest.raises((CorruptStream, TruncatedStream)):
        unpacked(bytes(data))


def test_a_ppmd_stream_that_is_cut_is_no_crash(hostile_host):
    decode = methods.ppmd7(struct.pack("<BI", 6, 1 << 20), 200_000)
    packed = ppmd(mixed(200_000))
    for cut in range(0, len(packed), len(packed) // 20):
        with pytest.raises(EngineError):
            list(decode([packed[:cut]], Limits()))


def ppmd(data: bytes, order: int = 6, memory: int = 1 << 20) -> bytes:
    """Encoded in pieces: all at once the library's encoder may lose a byte."""
    encoder = pyppmd.Ppmd7Encoder(order, memory)
    return b"".join(map(encoder.encode, pieces(data, 10_000))) + encoder.flush()


@pytest.mark.parametrize(("order", "memory"), [(2, 1 << 16), (16, 1 << 24), (32, 1 << 20)])
def test_ppmd_does_not_depend_on_how_the_input_arrives(order: int, memory: int):
    data = mixed(700_000, seed=order)
    packed, properties = ppmd(data, order, memory), struct.pack("<BI", order, memory)
    for size in (999, 256 * KiB):
        method = methods.ppmd7(properties, len(data))
        assert b"".join(method(pieces(packed, size), Limits())) == data


def test_zeros_in_ppmd():
    data = bytes(3_000_000)
    method = methods.ppmd7(struct.pack("<BI", 6, 1 << 20), len(data))
    assert b"".join(method(pieces(ppmd(data), 100), Limits())) == data
