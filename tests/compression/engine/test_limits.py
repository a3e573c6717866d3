"""Limits hold before memory and output are spent: absolute and relative output, memory; bombs."""

import os
from types import SimpleNamespace
from typing import Any

import pytest

from compression.engine.codecs import Codec, codec_from
from compression.engine.errors import InvalidParams, LimitExceeded, StorageFull
from compression.engine.isolation.target import LOOK_BYTES, Target
from compression.engine.limits import Limits
from tests.compression.engine.catalogue import codecs_that, every_codec
from tests.compression.engine.samples import KiB, MiB, noise, pieces, prose

BOMB_CONTENT = 64 * MiB


@every_codec
def test_the_output_limit_is_exact(codec: Codec):
    data = prose(100_000)
    packed = codec.encode(data)
    assert codec.decode(packed, Limits(max_output_bytes=100_000)) == data
    with pytest.raises(LimitExceeded) as caught:
        codec.decode(packed, Limits(max_output_bytes=99_999))
    assert caught.value.kind == "output"


@codecs_that(lambda codec: codec.id != "store")
def test_the_ratio_limit_applies_above_its_floor(codec: Codec):
    packed = codec.encode(bytes(4 * MiB))
    with pytest.raises(LimitExceeded) as caught:
        codec.decode(packed, Limits(max_ratio=10, ratio_floor_bytes=1 * MiB))
    assert caught.value.kind == "ratio"
    assert codec.decode(packed, Limits(max_ratio=10, ratio_floor_bytes=4 * MiB)) == bytes(4 * MiB)


BOMBS = {
    "gzip": {"level": 1},
    "zstd": {"level": 1},
    "bzip2": {"level": 1},
    "xz": {"level": 0},
    "brotli": {"level": 1},
    "lz4": {},
    "snappy": {},
    "zlib": {"level": 1},
}


@pytest.mark.parametrize("codec_id", BOMBS)
def test_a_bomb_is_stopped_after_a_few_pieces(codec_id: str):
    codec = codec_from({"id": codec_id, **BOMBS[codec_id]})
    zeros = bytes(MiB)
    bomb = b"".join(codec.encode_chunks((zeros for _ in range(BOMB_CONTENT // MiB)), BOMB_CONTENT))
    unpacked: list[int] = []
    with pytest.raises(LimitExceeded):
        unpacked.extend(map(len, codec.decode_chunks([bomb], Limits(max_output_bytes=4 * MiB))))
    assert sum(unpacked) <= 4 * MiB
    assert max(unpacked) <= 2 * MiB


def test_a_blosc2_bomb_is_known_by_its_header():
    codec = codec_from({"id": "blosc2"})
    head = bytearray(codec.encode(bytes(MiB)))
    head[30:38] = (1 << 50).to_bytes(8, "big")
    with pytest.raises(LimitExceeded) as caught:
        codec.decode(head)
    assert caught.value.kind == "output"


# What each decoder would have to allocate is known from the stream's header.
HUNGRY = {
    "zstd": ({"window_log": 27}, 100 * MiB),
    "xz": ({"level": 9}, 60 * MiB),
    "lzma": ({"level": 9}, 60 * MiB),
    "bzip3": ({"block_mib": 16}, 60 * MiB),
    "blosc2": ({}, 1 * MiB),
}


@pytest.mark.parametrize("codec_id", HUNGRY)
def test_a_decoder_that_would_need_too_much_memory_is_refused(codec_id: str):
    settings, allowed = HUNGRY[codec_id]
    codec = codec_from({"id": codec_id, **settings})
    data = noise(3 * MiB)
    packed = b"".join(codec.encode_chunks(pieces(data, 256 * KiB)))
    with pytest.raises(LimitExceeded) as caught:
        codec.decode(packed, Limits(max_memory_bytes=allowed))
    assert caught.value.kind == "memory"
    assert codec.decode(packed) == data


def test_limits_survive_json_and_are_checked():
    limits = Limits(max_output_bytes=1, max_cpu_seconds=5)
    assert Limits.from_config(limits.config()) == limits
    wrongs: tuple[Any, ...] = (-1, 1.5, True, None)
    for wrong in wrongs:
        with pytest.raises(InvalidParams) as caught:
            Limits(max_ratio=wrong)
        assert caught.value.field == "max_ratio"


def test_an_output_leaves_the_reserve_of_its_disk_free(tmp_path, monkeypatch):
    disk = os.statvfs(tmp_path)
    free = disk.f_bavail * disk.f_frsize
    with (tmp_path / "out").open("wb") as file:
        Target(file.fileno(), free // 2).write(b"fits")
        with pytest.raises(StorageFull):
            Target(file.fileno(), 2 * free).write(b"does not")
        target = Target(file.fileno(), free // 2)
        target.write(b"x")
        monkeypatch.setattr(os, "fstatvfs", lambda fd: SimpleNamespace(f_bavail=1, f_frsize=free // 2))
        target.write(b"x" * 100)
        with pytest.raises(StorageFull):
            target.write(bytes(LOOK_BYTES))
    reading, writing = os.pipe()
    Target(writing, 2 * free).write(b"a pipe has no disk")
    os.close(writing)
    os.close(reading)
