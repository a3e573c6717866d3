"""Which standard format a stream is in, told from its first bytes."""

import lzma
import zlib

HEAD_BYTES = 4096
"""How much of the start `detect` wants to see; with less it is less sure."""

_MAGICS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xdcZC1", "dcz"),
    (0, b"\x1f\x8b\x08", "gzip"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"\x04\x22\x4d\x18", "lz4"),
    (0, b"BZ3v1", "bzip3"),
    (0, b"\xff\x06\x00\x00sNaPpY", "snappy"),
    (2, b"b2frame\x00", "blosc2"),
)
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
SKIPPABLE = range(0x184D2A50, 0x184D2A60)
"""The first 4 bytes, little endian, of a frame of zstd or LZ4 that is passed over."""


def detect(head: bytes) -> str | None:
    """The id of the codec that decodes a stream beginning with `head`; None where no format shows itself.

    Raw deflate, brotli and stored bytes bear no mark and are never found. zlib and LZMA-alone have weak marks, so a
    piece of the content must decode as well.
    """
    while int.from_bytes(head[:4], "little") in SKIPPABLE:
        # zstd and LZ4 share their skippable frames; what follows tells them apart, and zstd is far more usual.
        head = head[8 + int.from_bytes(head[4:8], "little") :]
        if not head:
            return "zstd"
    for offset, magic, codec_id in _MAGICS:
        if head[offset : offset + len(magic)] == magic:
            return codec_id
    if head[:3] == b"BZh" and head[3:4] in b"123456789" and head[4:10] in _BZIP2_BLOCKS:
        return "bzip2"
    if _looks_like_zlib(head):
        return "zlib"
    return "lzma" if _looks_like_lzma(head) else None


def _looks_like_zlib(head: bytes) -> bool:
    if len(head) < 8 or head[0] & 0x0F != 8 or head[0] >> 4 > 7 or int.from_bytes(head[:2], "big") % 31:
        return False
    try:
        zlib.decompressobj().decompress(head, HEAD_BYTES)
    except zlib.error:
        return False
    return True


def _looks_like_lzma(head: bytes) -> bool:
    """The header's properties, dictionary and size have to be plausible (as xz itself asks), then it has to decode."""
    dictionary = int.from_bytes(head[1:5], "little")
    size = int.from_bytes(head[5:13], "little")
    plausible_dictionary = dictionary in {1 << n for n in range(12, 31)} | {3 << n for n in range(11, 30)}
    plausible_size = size == (1 << 64) - 1 or size < 1 << 38
    if len(head) < 18 or head[0] >= 225 or not plausible_dictionary or not plausible_size:
        return False
    try:
        lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=64 << 20).decompress(head, HEAD_BYTES)
    except lzma.LZMAError as error:
        return "Memory usage limit" in str(error)
    return True
