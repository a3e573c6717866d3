"""Calls through the codec host: results, reports, limits, and what a child can reach."""

import hashlib
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from compression.engine.codecs import Codec, codec_from
from compression.engine.codecs.zstd import Zstd
from compression.engine.errors import (
    CorruptStream,
    InvalidParams,
    LimitExceeded,
    SourceUnreadable,
    Stopped,
    StorageFull,
    TargetUnwritable,
    TruncatedStream,
    UnknownCodec,
    VerificationFailed,
)
from compression.engine.isolation import decode, decode_bytes, encode, encode_bytes
from compression.engine.limits import Limits
from tests.compression.engine.catalogue import every_codec
from tests.compression.engine.hostile import Hostile
from tests.compression.engine.samples import MiB, mixed, prose

DATA = mixed(1 * MiB)
SHA256 = hashlib.sha256(DATA).hexdigest()

pytestmark = pytest.mark.usefixtures("hostile_host")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "target"


def encode_file(codec, source: Path, target: Path, limits: Limits | None = None, **options):
    with source.open("rb") as reader, target.open("wb") as writer:
        return encode(codec, reader.fileno(), writer.fileno(), limits, **options)


def decode_file(codec, source: Path, target: Path, limits: Limits | None = None, **options):
    with source.open("rb") as reader, target.open("wb") as writer:
        return decode(codec, reader.fileno(), writer.fileno(), limits, **options)


@every_codec
def test_round_trip_with_reports(codec: Codec, source: Path, target: Path, tmp_path: Path):
    made = encode_file(codec, source, target)
    packed = target.read_bytes()
    assert packed == codec.encode(DATA)
    assert (made.original_size, made.compressed_size) == (len(DATA), len(packed))
    assert made.raw_sha256 == SHA256
    assert made.output_sha256 == hashlib.sha256(packed).hexdigest()
    assert made.verified
    assert 0 < made.encode_wall_seconds < 30
    assert 0 < made.encode_cpu_seconds < 30
    assert 0 < made.decode_wall_seconds < 30
    assert 0 < made.decode_cpu_seconds < 30
    assert 0 <= made.peak_memory_bytes <= codec.memory_estimate(len(DATA)) + 16 * MiB
    back = decode_file(codec.config(), target, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == DATA
    assert (back.original_size, back.compressed_size) == (len(DATA), len(packed))
    assert back.raw_sha256 == back.output_sha256 == SHA256


@pytest.mark.parametrize("data", [b"", b"x", prose(100_000)])
def test_bytes_in_memory(data: bytes):
    packed, made = encode_bytes({"id": "zstd"}, data)
    unpacked, _ = decode_bytes({"id": "zstd"}, packed)
    assert unpacked == data
    assert made.original_size == len(data)


def test_descriptors_are_used_from_where_they_stand(source: Path, target: Path):
    with source.open("rb") as reader, target.open("wb") as writer:
        os.lseek(reader.fileno(), 1000, os.SEEK_SET)
        os.write(writer.fileno(), b"before")
        encode({"id": "store"}, reader.fileno(), writer.fileno())
    assert target.read_bytes() == b"before" + DATA[1000:]


def test_pipes_are_sources_and_targets():
    feed, source = os.pipe()
    target, drain = os.pipe()

    def write() -> None:
        with os.fdopen(source, "wb") as pipe:
            pipe.write(DATA)

    def read() -> bytes:
        with os.fdopen(target, "rb") as pipe:
            return pipe.read()

    with ThreadPoolExecutor(2) as pool:
        pool.submit(write)
        got = pool.submit(read)
        report = encode({"id": "gzip"}, feed, drain)
        os.close(drain)
        os.close(feed)
    assert len(got.result()) == report.compressed_size
    assert decode_bytes({"id": "gzip"}, got.result())[0] == DATA


def test_a_known_hash_is_compared_with_what_decodes(source: Path, target: Path):
    assert encode_file({"id": "zstd"}, source, target, raw_sha256=SHA256).raw_sha256 == SHA256
    with pytest.raises(SourceUnreadable):
        encode_file({"id": "zstd"}, source, target, raw_sha256="0" * 64)


def test_verification_can_be_left_out(source: Path, target: Path):
    report = encode_file(Hostile("wrong"), source, target, verify=False)
    assert not report.verified
    assert report.decode_cpu_seconds == 0
    assert report.raw_sha256 == SHA256


def test_wrong_bytes_are_noticed(source: Path, target: Path):
    with pytest.raises(VerificationFailed):
        encode_file(Hostile("wrong"), source, target)
    with pytest.raises(VerificationFailed):
        encode_file(Hostile("wrong"), source, target, raw_sha256=SHA256)


def test_progress_is_told(source: Path, target: Path):
    source.write_bytes(bytes(4 * MiB))
    told: list[tuple[int, int | None]] = []
    encode_file(Hostile("slow"), source, target, on_progress=lambda *news: told.append(news))
    assert told
    assert all(0 < done <= 4 * MiB and total == 4 * MiB for done, total in told)
    assert told == sorted(told)


def test_bad_settings_are_refused_before_anything_runs(source: Path, target: Path):
    with pytest.raises(InvalidParams) as caught:
        encode_file({"id": "zstd", "level": 99}, source, target)
    assert caught.value.field == "level"
    with pytest.raises(UnknownCodec):
        decode_file({"id": "nonsense"}, source, target)
    assert target.read_bytes() == b""


def test_corrupt_input_is_told(source: Path, target: Path):
    with pytest.raises(CorruptStream):
        decode_file({"id": "zstd"}, source, target)
    with pytest.raises(TruncatedStream):
        decode_bytes({"id": "zstd"}, encode_bytes({"id": "zstd"}, DATA)[0][:-1])


def test_a_full_disk_is_told(source: Path):
    with source.open("rb") as reader, open("/dev/full", "wb") as full, pytest.raises(StorageFull):
        encode({"id": "store"}, reader.fileno(), full.fileno())


def test_descriptors_of_the_wrong_kind_are_told(source: Path, target: Path, tmp_path: Path):
    folder = os.open(tmp_path, os.O_RDONLY)
    target.touch()
    with source.open("rb") as reader, target.open("rb") as read_only:
        with pytest.raises(SourceUnreadable):
            encode({"id": "zstd"}, folder, folder)
        with pytest.raises(TargetUnwritable):
            encode({"id": "zstd"}, reader.fileno(), read_only.fileno())
    os.close(folder)


@pytest.mark.parametrize("codec_id", ["gzip", "zstd", "bzip2", "xz", "brotli", "lz4", "lzma"])
def test_a_bomb_is_stopped_in_little_memory_and_space(codec_id: str, source: Path, target: Path):
    codec = codec_from({"id": codec_id, "level": 1})
    zeros = bytes(MiB)
    with source.open("wb") as writer:
        writer.writelines(codec.encode_chunks((zeros for _ in range(64)), 64 * MiB))
    limits = Limits(max_output_bytes=4 * MiB, max_memory_bytes=24 * MiB)
    with pytest.raises(LimitExceeded) as caught:
        decode_file(codec, source, target, limits)
    assert caught.value.kind == "output"
    assert target.stat().st_size <= 4 * MiB


def test_what_needs_too_much_memory_is_refused_beforehand(source: Path, target: Path):
    with pytest.raises(LimitExceeded) as caught:
        encode_file({"id": "xz", "level": 9}, source, target, Limits(max_memory_bytes=100 * MiB))
    assert caught.value.kind == "memory"
    assert target.read_bytes() == b""


def test_memory_is_bounded_whatever_the_codec_thinks_it_needs(source: Path, target: Path):
    with pytest.raises(LimitExceeded) as caught:
        encode_file(Hostile("memory"), source, target, Limits(max_memory_bytes=64 * MiB))
    assert caught.value.kind == "memory"


def test_output_of_an_encoder_is_bounded_too(source: Path, target: Path):
    with pytest.raises(LimitExceeded) as caught:
        encode_file({"id": "store"}, source, target, Limits(max_output_bytes=1000))
    assert caught.value.kind == "output"
    assert target.stat().st_size <= 1000


def test_cpu_time_is_bounded(source: Path, target: Path):
    with pytest.raises(LimitExceeded) as caught:
        encode_file(Hostile("spin"), source, target, Limits(max_cpu_seconds=1))
    assert caught.value.kind == "time"


def test_wall_time_is_bounded(source: Path, target: Path):
    with pytest.raises(LimitExceeded) as caught:
        encode_file(Hostile("sleep"), source, target, Limits(max_wall_seconds=0))
    assert caught.value.kind == "time"


def test_a_call_can_be_stopped(source: Path, target: Path, hostile_host):
    answers = iter([False, False, True])
    with pytest.raises(Stopped):
        encode_file(Hostile("sleep"), source, target, should_stop=lambda: next(answers))
    assert hostile_host.children() == []


def test_a_child_can_reach_nothing_but_its_descriptors(source: Path, target: Path):
    source.write_bytes(b"")
    encode_file(Hostile("look"), source, target, verify=False)
    seen = json.loads(target.read_bytes())
    assert len(seen["fds"]) == 6
    assert seen["standard"] == [os.stat(os.devnull).st_rdev] * 3
    assert not seen["reads_files"]
    assert seen["no_new_privs"] == 1
    assert seen["threads_at_start"] == "1"
    if os.getuid() == 0:
        assert (seen["uid"], seen["groups"]) == (65534, [])


def test_many_calls_at_once(hostile_host):
    before = threading.active_count()  # other tests of this process may have left theirs
    contents = [prose(20_000, seed=number) for number in range(48)]
    ids = ["zstd", "xz", "bzip2", "lz4"] * 12

    def both_ways(codec_id: str, data: bytes) -> bool:
        return decode_bytes({"id": codec_id}, encode_bytes({"id": codec_id}, data)[0])[0] == data

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(both_ways, ids, contents))
    assert threading.active_count() <= before


def test_no_descriptor_is_left_open(hostile_host):
    def both() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), len(os.listdir(f"/proc/{hostile_host.pid}/fd"))

    def calls() -> None:
        for _ in range(5):
            encode_bytes({"id": "lz4"}, DATA)
            with pytest.raises(LimitExceeded):
                encode_bytes({"id": "store"}, DATA, Limits(max_output_bytes=1))

    calls()
    hostile_host.children()
    before = both()
    calls()
    hostile_host.children()
    assert both() == before


def test_the_largest_dictionary_fits_into_a_request():
    codec = Zstd(dictionary=prose(112 * 1024, seed=3))
    packed, _ = encode_bytes(codec, DATA)
    assert decode_bytes(codec, packed)[0] == DATA
