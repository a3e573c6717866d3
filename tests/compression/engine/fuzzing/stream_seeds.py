"""Valid compressed streams: every codec with every setting that matters, joined ones, and odd ones of each format."""

import gzip
import lzma
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from compression.engine.codecs import Codec, codec_from
from compression.engine.codecs.zstd import zstd
from tests.compression.engine.archive_samples import GOLDEN
from tests.compression.engine.catalogue import VARIANTS
from tests.compression.engine.dcz_golden import goldens
from tests.compression.engine.samples import KiB, mixed, pieces, prose

ARCHIVE = (GOLDEN / "pax.tar").read_bytes()
CONTENTS = {"prose": prose(700), "mixed": mixed(5000), "zeros": bytes(3000), "archive": ARCHIVE}
TRAINED: bytes = zstd.train_dict([prose(400, seed=seed) for seed in range(60)], 2000).dict_content
SKIPPABLE = struct.pack("<II", 0x184D2A53, 5) + b"skip!"

JOINED = {"bzip2", "gzip", "lz4", "snappy", "xz", "zstd"}
MORE: dict[str, list[dict[str, Any]]] = {
    "blosc2": [
        *({"codec": codec, "typesize": 2} for codec in ("blosclz", "lz4", "zlib")),
        {"filter": "bytedelta", "typesize": 4},
        {"filter": "bitshuffle", "codec": "blosclz"},
    ],
    "lz4": [
        {"checksum": False, "content_size": False},
        {"checksum": False, "block_checksum": True},
        {"linked": False, "block_size": "256KiB"},
    ],
    "xz": [{"level": 0, "check": "crc32"}],
    "zlib": [{"strategy": "huffman_only"}],
    "zstd": [{"checksum": False}, {"content_size": False}, {"dictionary": TRAINED}],
}
"""Settings beside those of the catalogue."""

UNITS = {"snappy": 64 * KiB, "bzip3": 65 * KiB}
"""Where a format has no end, and blocks that are checked each by itself: how much such a block holds."""


@dataclass(frozen=True)
class Stream:
    """A stream, the units of its content that are checked each by itself, and whether they are."""

    name: str
    codec: Codec
    data: bytes
    contents: tuple[bytes, ...]
    checks: bool


def streams() -> Iterator[Stream]:
    """All of them."""
    for codec_id, variants in VARIANTS.items():
        if codec_id == "store":
            continue
        for settings in [{}, *variants, *MORE.get(codec_id, [])]:
            codec = type(codec_from({"id": codec_id}))(**settings)
            yield from _of(codec, _name(codec_id, settings))
    yield from _odd()
    for name, golden in goldens().items():  # every part of pipelines
        codec = codec_from({"id": "dcz"})
        yield Stream(f"dcz, {name}", codec, golden.written(), (golden.content,), checks=True)


def _name(codec_id: str, settings: dict[str, Any]) -> str:
    shown = [f"{key}={'…' if isinstance(value, bytes) else value}" for key, value in settings.items()]
    return " ".join([codec_id, *shown])


def _of(codec: Codec, name: str) -> Iterator[Stream]:
    for what, content in CONTENTS.items():
        yield Stream(f"{name}, {what}", codec, codec.encode(content), _units(codec, content), _checks(codec))
    first, second = CONTENTS["prose"], CONTENTS["zeros"]
    if codec.id in JOINED:
        joined = codec.encode(first) + codec.encode(b"") + codec.encode(second)
        yield Stream(f"{name}, joined", codec, joined, (first, second), _checks(codec))
    if codec.id != "bzip3":  # where the size is not known its blocks take more memory than is given here
        unsized = b"".join(codec.encode_chunks([first]))
        yield Stream(f"{name}, unsized", codec, unsized, (first,), _checks(codec))


def _units(codec: Codec, content: bytes) -> tuple[bytes, ...]:
    return tuple(pieces(content, UNITS[codec.id])) if codec.id in UNITS else (content,)


def _checks(codec: Codec) -> bool:
    """Whether this stream, of this format, holds a checksum of its content."""
    if not getattr(codec, "checksum", True):
        return False
    return codec.checksummed and getattr(codec, "check", "") != "none"


def _odd() -> Iterator[Stream]:
    """What no setting makes: headers with all their fields, other frames between, several blocks, other filters."""
    data, long = CONTENTS["mixed"], (prose(3000) * 50)[: 2 * UNITS["bzip3"]]
    for codec_id, row in _made_by_hand(data).items():
        codec = codec_from({"id": codec_id})
        for name, packed in row.items():
            yield Stream(f"{codec_id}, {name}", codec, packed, (data,), checks=True)
    for codec_id, settings in {"bzip2": {"level": 1}, "bzip3": {}, "snappy": {}, "lz4": {"level": 9}}.items():
        codec = codec_from(
            {"id": codec_id, **settings, **({"block_size": "64KiB"} if codec_id == "lz4" else {})}
        )
        packed = b"".join(_blocks(codec, long))
        yield Stream(f"{codec_id}, blocks", codec, packed, _units(codec, long), checks=True)


def _blocks(codec: Codec, data: bytes) -> Iterator[bytes]:
    """As frames are made of it: small blocks where the format has large ones."""
    if codec.id != "bzip3":
        yield codec.encode(data)
        return
    for index, part in enumerate(pieces(data, UNITS[codec.id])):
        yield bytes(codec.joined(codec.encode(part), index))


def _made_by_hand(data: bytes) -> dict[str, dict[str, bytes]]:
    plain = gzip.compress(data, mtime=0)
    fields = b"\x05\0extra" + b"name\0" + b"comment\0"
    head = plain[:3] + bytes([0x02 | 0x04 | 0x08 | 0x10]) + plain[4:10] + fields
    whole_head = head + struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    filters = [{"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_LZMA2, "preset": 0}]
    branches = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 0}]
    zstd_, lz4 = codec_from({"id": "zstd"}).encode(data), codec_from({"id": "lz4"}).encode(data)
    return {
        "gzip": {"all fields": whole_head + plain[10:], "padded": plain + bytes(100)},
        "xz": {
            "delta": lzma.compress(data, filters=filters),
            "x86": lzma.compress(data, filters=branches),
            "padded": lzma.compress(data, preset=0) + bytes(64),
        },
        "zstd": {"between skippable frames": SKIPPABLE + zstd_ + SKIPPABLE},
        "lz4": {"between skippable frames": SKIPPABLE + lz4 + SKIPPABLE},
    }
