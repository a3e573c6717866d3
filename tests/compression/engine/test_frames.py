"""Encoding in frames on several threads: standard programs read it, and it does not depend on the threads."""

import hashlib
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from compression.engine.codecs import Codec, all_codecs, codec_from
from compression.engine.codecs.xz import Xz
from compression.engine.codecs.zstd import Zstd
from compression.engine.errors import LimitExceeded, SourceUnreadable, StorageFull, VerificationFailed
from compression.engine.isolation import decode_bytes, encode, framed
from compression.engine.isolation.client import memory_file
from compression.engine.isolation.protocol import EncodeReport
from compression.engine.limits import Limits
from tests.compression.engine.catalogue import codecs_that, quick
from tests.compression.engine.hostile import Hostile
from tests.compression.engine.samples import MiB, mixed, noise

pytestmark = pytest.mark.usefixtures("hostile_host")

FAST: dict[str, dict[str, int]] = {
    "bzip2": {"level": 1},
    "bzip3": {"block_mib": 1},
    "gzip": {"level": 1},
    "xz": {"level": 0},
    "zstd": {"level": 1},
}
FRAMED = ["bzip2", "bzip3", "gzip", "lz4", "snappy", "xz", "zstd"]
TOOLS = {
    "bzip2": "bzip2 -dc",
    "bzip3": "bzip3 -dc",
    "gzip": "gzip -dc",
    "lz4": "lz4 -qdc",
    "xz": "xz -dc",
    "zstd": "zstd -qdc",
}
PATTERN = mixed(1 * MiB)


def framed_codec(codec_id: str) -> Codec:
    """A fast one."""
    return codec_from({"id": codec_id, **FAST.get(codec_id, {})})


def content(codec: Codec) -> bytes:
    """More than two frames of it."""
    size = framed.frame_bytes(codec)
    assert size
    return (PATTERN * (2 * size // MiB + 1))[: 2 * size + 12_345]


def encoded(codec: Codec, data: bytes, limits: Limits | None = None, **options) -> tuple[bytes, EncodeReport]:
    """What `encode` makes of it."""
    with memory_file(data) as source, memory_file() as target:
        report = encode(codec, source.fileno(), target.fileno(), limits, **options)
        target.seek(0)
        return target.readall(), report


def test_the_codecs_that_have_frames_are_these():
    assert [codec_id for codec_id, cls in sorted(all_codecs().items()) if cls().frame_bytes()] == FRAMED


@pytest.mark.parametrize("codec_id", FRAMED)
def test_any_number_of_threads_gives_the_same_bytes_that_all_read(codec_id: str, tmp_path: Path):
    codec = framed_codec(codec_id)
    data = content(codec)
    one, report = encoded(codec, data, threads=1)
    two, second = encoded(codec, data, threads=2, raw_sha256=hashlib.sha256(data).hexdigest())
    assert one == two
    assert (report.threads, second.threads, second.frames) == (1, 2, 3)
    assert second.verified
    assert (second.original_size, second.compressed_size) == (len(data), len(two))
    assert second.raw_sha256 == hashlib.sha256(data).hexdigest()
    assert second.output_sha256 == hashlib.sha256(two).hexdigest()
    assert second.encode_cpu_seconds > 0
    assert second.decode_cpu_seconds > 0
    assert decode_bytes(codec, two)[0] == data
    if codec_id in TOOLS:
        words = TOOLS[codec_id].split()
        assert shutil.which(words[0])
        done = subprocess.run(words, input=two, capture_output=True, check=True, cwd=tmp_path)
        assert done.stdout == data


@pytest.mark.parametrize("codec_id", ["bzip3", "snappy"])
def test_where_blocks_stand_alone_frames_change_nothing(codec_id: str):
    codec = framed_codec(codec_id)
    data = content(codec)
    assert encoded(codec, data, threads=2)[0] == encoded(codec, data)[0]


@codecs_that(lambda codec: codec.frame_bytes() is None)
def test_other_codecs_make_one_stream(codec: Codec):
    packed, report = encoded(quick(codec), PATTERN, threads=2)
    assert packed == encoded(quick(codec), PATTERN)[0]
    assert (report.threads, report.frames) == (1, 1)


def test_small_input_is_one_stream():
    codec = framed_codec("gzip")
    for data in (b"", b"x", PATTERN):
        packed, report = encoded(codec, data, threads=4)
        assert packed == codec.encode(data)
        assert report.frames == 1


def test_a_pipe_gives_the_same_as_a_file():
    codec = framed_codec("gzip")
    data = content(codec)
    reading, writing = os.pipe()

    def feed() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)

    with ThreadPoolExecutor(1) as pool, memory_file() as target:
        pool.submit(feed)
        report = encode(codec, reading, target.fileno(), threads=2)
        target.seek(0)
        assert target.readall() == encoded(codec, data, threads=2)[0]
    os.close(reading)
    assert report.original_size == len(data)


@pytest.mark.parametrize("codec_id", sorted(all_codecs()))
def test_an_empty_pipe_gives_the_same_as_an_empty_file(codec_id: str):
    codec = codec_from({"id": codec_id})
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe, memory_file() as target:
        report = encode(codec, pipe.fileno(), target.fileno(), threads=2)
        target.seek(0)
        packed = target.readall()
    assert packed == encoded(codec, b"", threads=2)[0]
    assert decode_bytes(codec, packed)[0] == b""
    assert (report.original_size, report.compressed_size, report.verified) == (0, len(packed), True)


def test_threads_are_as_many_as_memory_allows():
    codec = framed_codec("gzip")
    data = content(codec)
    packed, report = encoded(codec, data, Limits(max_memory_bytes=100 * MiB), threads=16)
    assert 1 <= report.threads < 4
    assert packed == encoded(codec, data, threads=2)[0]
    with pytest.raises(LimitExceeded) as caught:
        encoded(codec, data, Limits(max_memory_bytes=50 * MiB), threads=2)
    assert caught.value.kind == "memory"


def test_a_codec_that_takes_much_memory_makes_one_stream():
    assert framed.frame_bytes(Zstd(level=22)) is None
    assert framed.frame_bytes(Zstd(level=19)) == 64 * MiB
    assert framed.frame_bytes(Xz(level=6)) == 24 * MiB


def test_what_goes_wrong_is_told():
    codec = framed_codec("gzip")
    data = content(codec)
    with pytest.raises(SourceUnreadable):
        encoded(codec, data, threads=2, raw_sha256="0" * 64)
    with pytest.raises(LimitExceeded):
        encoded(codec, data, Limits(max_output_bytes=1000), threads=2)
    with memory_file(data) as source, open("/dev/full", "wb") as full, pytest.raises(StorageFull):
        encode(codec, source.fileno(), full.fileno(), threads=2)


def test_wrong_bytes_are_noticed_in_every_frame():
    codec = Hostile("wrong")
    assert encoded(codec, PATTERN, threads=2, verify=False)[1].frames == 4
    with pytest.raises(VerificationFailed):
        encoded(codec, PATTERN, threads=2)


def test_progress_follows_the_encoders_and_not_the_reading_ahead():
    codec = codec_from({"id": "bzip2", "level": 1})
    data = noise(30 * 1_000_000)
    told: list[int] = []
    with memory_file(data) as source, memory_file() as target:
        encode(
            codec,
            source.fileno(),
            target.fileno(),
            threads=1,
            on_progress=lambda done, total: told.append(done),
        )
    assert told == sorted(told)
    assert len({done // 1_000_000 for done in told}) > 4
    assert told[-1] <= len(data)
