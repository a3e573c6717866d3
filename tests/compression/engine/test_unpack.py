"""Unpacking through the codec host: members, damage, limits, stopping, and a child that is not to be trusted."""

import gzip
import io
import lzma
import os
import tarfile
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from compression.engine.archives import Kind
from compression.engine.codecs import codec_from
from compression.engine.codecs.reader import ByteReader
from compression.engine.errors import (
    CorruptStream,
    EngineError,
    LimitExceeded,
    Stopped,
    TruncatedStream,
    UnknownFormat,
    Unsupported,
)
from compression.engine.isolation import unpack
from compression.engine.isolation.client import memory_file
from compression.engine.isolation.records import HEADER, MAX_JSON, MAX_PIECE, RecordReader
from compression.engine.limits import ArchiveLimits
from tests.compression.engine.archive_samples import CONTENT, GOLDEN, ZipEntry, unpacked, zip_of
from tests.compression.engine.bombs import member, sevenzip, tar_of
from tests.compression.engine.fuzzing.replay import replayed, written
from tests.compression.engine.samples import MiB, mixed, noise, prose

pytestmark = pytest.mark.usefixtures("hostile_host")

LARGE = mixed(3 * MiB)


def large_tar(count: int = 4) -> bytes:
    """A tar archive of some files of 3 MiB."""
    return tar_of(*((member(f"file-{number}", len(LARGE)), LARGE) for number in range(count)))


def test_bytes_come_in_bounded_pieces_and_need_not_be_taken():
    with memory_file(large_tar()) as source, unpack(source.fileno()) as archive:
        members = iter(archive)
        first, content = next(members)
        pieces = list(content)
        assert b"".join(pieces) == LARGE
        assert max(map(len, pieces)) <= MiB
        assert all(isinstance(piece, bytes) for piece in pieces)
        _, half = next(members)
        next(half)
        next(members)
        last, content = next(members)
        assert (first.path, last.path) == ("file-0", "file-3")
        assert b"".join(content) == LARGE
        assert next(members, None) is None
    assert archive.report.files == 4
    assert archive.report.content_size == 4 * len(LARGE)


def test_a_listing_has_no_bytes():
    out = unpacked((GOLDEN / "lzma2.7z").read_bytes(), contents=False)
    assert out.files == dict.fromkeys(CONTENT, b"")
    assert {one.path: one.size for one in out.members if one.path in CONTENT} == {
        path: len(content) for path, content in CONTENT.items()
    }
    assert out.report
    assert out.report.content_size == 0


def test_the_source_is_used_from_where_it_stands():
    for name in ("info.zip", "lzma.7z", "pax.tar"):
        with memory_file(b"before" + (GOLDEN / name).read_bytes()) as source:
            os.lseek(source.fileno(), 6, os.SEEK_SET)
            with unpack(source.fileno()) as archive:
                assert {one.path for one, _ in archive} >= set(CONTENT)


def test_tar_comes_through_a_pipe():
    reading, writing = os.pipe()

    def feed() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(gzip.compress(large_tar(), 1))

    with ThreadPoolExecutor(1) as pool:
        pool.submit(feed)
        with unpack(reading) as archive:
            assert [b"".join(content) for _, content in archive] == [LARGE] * 4
    os.close(reading)


@pytest.mark.parametrize("name", ["info.zip", "lzma.7z"])
def test_what_is_read_from_its_end_has_to_be_a_file(name: str):
    reading, writing = os.pipe()
    os.write(writing, (GOLDEN / name).read_bytes())
    os.close(writing)
    with pytest.raises(UnknownFormat, match="has to be a file"), unpack(reading) as archive:
        list(archive)
    os.close(reading)


@pytest.mark.parametrize(
    "data",
    [b"", b"x", prose(5000), noise(5000), gzip.compress(prose(5000))],
    ids=["nothing", "a byte", "prose", "noise", "gzip"],
)
def test_what_is_no_archive_is_told(data: bytes):
    with pytest.raises(UnknownFormat):
        unpacked(data)


def test_an_archive_inside_a_stream_has_to_be_a_tar():
    with pytest.raises(UnknownFormat, match="decompressed first"):
        unpacked(gzip.compress((GOLDEN / "info.zip").read_bytes()))


def test_empty_archives():
    out = io.BytesIO()
    zipfile.ZipFile(out, "w").close()
    for data in (out.getvalue(), sevenzip(b""), gzip.compress(tar_of((member("a", 0), b"")))):
        assert not unpacked(data).failed


@pytest.mark.parametrize("name", ["info.zip", "lzma.7z", "bzip2.zip", "deflate.7z", "gnu.tar", "pax.tar"])
def test_a_cut_anywhere_is_noticed(name: str):
    data = (GOLDEN / name).read_bytes()
    end = len(data.rstrip(b"\0"))
    for cut in [*range(0, end, max(1, end // 25)), end - 1]:
        with pytest.raises(EngineError):
            unpacked(data[:cut])


@pytest.mark.parametrize("name", ["info.zip", "lzma.7z", "ppmd.7z", "bcj2.7z", "deflate64.zip"])
def test_damaged_content_is_told_or_ends_all(name: str):
    data = bytearray((GOLDEN / name).read_bytes())
    start = data.find(CONTENT["folder/prose.txt"][:20])
    position = 1200 if start < 0 else start
    data[position] ^= 0x55
    try:
        out = unpacked(bytes(data))
    except CorruptStream:
        assert name.endswith(".7z")
    else:
        assert [type(error) for error in out.failed.values()] == [CorruptStream]
        assert all(CONTENT[path] == content for path, content in out.files.items())
        assert len(out.files) == len(CONTENT) - 1


def test_members_behind_a_damaged_one_are_whole():
    entries = [ZipEntry(b"%d" % number, prose(300, seed=number)) for number in range(5)]
    entries[2].crc = 1
    out = unpacked(zip_of(*entries))
    assert set(out.failed) == {"2"}
    assert out.files == {str(number): prose(300, seed=number) for number in (0, 1, 3, 4)}
    assert out.report
    assert (out.report.files, out.report.failed) == (4, 1)


def test_members_before_the_damage_are_whole():
    data = large_tar()
    with memory_file(data[: len(data) // 3]) as source, unpack(source.fileno()) as archive:
        members = iter(archive)
        seen = [b"".join(next(members)[1])]
        _, half = next(members)
        with pytest.raises(TruncatedStream):
            list(half)
        with pytest.raises(TruncatedStream):
            next(members)
    assert seen == [LARGE]


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        ({"max_output_bytes": 7 * MiB}, "output"),
        ({"max_members": 3}, "members"),
        ({"max_cpu_seconds": 0, "max_wall_seconds": 0}, "time"),
    ],
)
def test_limits_of_all_end_all(limits: dict[str, int], kind: str):
    with pytest.raises(LimitExceeded) as caught:
        unpacked(large_tar(), ArchiveLimits(**limits))
    assert caught.value.kind == kind


def test_limits_of_a_member_refuse_it():
    limits = ArchiveLimits(max_member_bytes=3 * MiB - 1, max_path_depth=1)
    data = tar_of((member("large", len(LARGE)), LARGE), (member("a/b", 1), b"x"), (member("small", 1), b"x"))
    out = unpacked(data, limits)
    assert out.refused == {"large": "too_large", "a/b": "too_deep"}
    assert out.files == {"small": b"x"}


def test_stopping_ends_the_child(hostile_host):
    stop = threading.Event()
    with memory_file(large_tar()) as source:
        with unpack(source.fileno(), should_stop=stop.is_set) as archive:
            members = iter(archive)
            next(members)
            time.sleep(0.1)
            stop.set()
            with pytest.raises(Stopped):
                next(members)
        assert hostile_host.children() == []
        with pytest.raises(Stopped):
            unpack(source.fileno(), should_stop=stop.is_set)


def test_leaving_the_block_ends_the_child_and_closes_all(hostile_host):
    assert hostile_host.children() == []
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with memory_file(large_tar(20)) as source, unpack(source.fileno()) as archive:
            for _, content in archive:
                next(content)
                break
    assert hostile_host.children() == []
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_client_that_takes_its_time_holds_the_child_back(hostile_host):
    told: list[int] = []
    progress = threading.Event()

    def on_progress(done: int, total: int | None) -> None:
        told.append(done)
        progress.set()

    with memory_file(large_tar(20)) as source, unpack(source.fileno(), on_progress=on_progress) as archive:
        members = iter(archive)
        next(members)
        assert not progress.wait(0.5)
        child = hostile_host.running()[0]
        assert child.io_counters().write_chars < 4 * MiB
        assert len(list(members)) == 19
    assert sorted(told) == told


def test_zip_methods_that_few_write():
    data = prose(5000)
    packed = {93: codec_from({"id": "zstd"}).encode(data), 95: lzma.compress(data)}
    for method, stored in packed.items():
        assert unpacked(zip_of(ZipEntry(b"a", data, stored, method))).files == {"a": data}


def test_zip64_and_descriptors():
    class Unseekable(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, large in (("small", False), ("zip64", True)):
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=large) as entry:
                entry.write(prose(4000))
    assert unpacked(out.getvalue()).files == dict.fromkeys(["small", "zip64"], prose(4000))


def test_large_numbers_in_tar():
    info = member("a", 3)
    info.mtime = -5
    info.uid = 1 << 40
    out = unpacked(tar_of((info, b"abc")))
    assert out.files == {"a": b"abc"}
    assert out.members[0].modified == -5


def test_sums_of_signed_bytes_are_sums():
    header = bytearray(member("ü", 1).tobuf(tarfile.GNU_FORMAT))
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % (sum(header) - 2 * 256)
    assert unpacked(bytes(header) + b"x".ljust(512, b"\0") + bytes(1024)).files == {"ü": b"x"}


def test_tars_may_follow_each_other():
    data = tar_of((member("a", 1), b"x")) + tar_of((member("b", 1), b"y"))
    assert unpacked(data).files == {"a": b"x", "b": b"y"}
    with pytest.raises(CorruptStream):
        unpacked(tar_of((member("a", 1), b"x")) + prose(512))


def test_parts_of_a_zip_are_told():
    data = bytearray(zip_of(ZipEntry(b"a", b"x")))
    data[-18:-16] = b"\1\0"
    with pytest.raises(Unsupported, match="several"):
        unpacked(bytes(data))


def test_what_a_dishonest_child_gives_for_a_refused_member_is_not_passed_on():
    out, error = replayed(written(("a", b"1"), ("../a", b"2"), ("./a", b"3"), ("C:a", b"4"), ("b", b"5")))
    assert error is None
    assert out.files == {"a": b"1", "b": b"5"}
    assert out.refused == {"../a": "escapes", "./a": "duplicate", "C:a": "drive"}


@pytest.mark.parametrize(
    "data",
    [
        b"\x01",
        HEADER.pack(9, 0),
        HEADER.pack(1, MAX_JSON + 1),
        HEADER.pack(2, MAX_PIECE + 1),
        HEADER.pack(1, 10) + b"{}",
    ],
)
def test_broken_records_are_refused(data: bytes):
    reader = RecordReader(ByteReader([data]))

    def read() -> None:
        header = reader.header()
        assert header
        reader.found(header[1])

    with pytest.raises(EngineError, match="what cannot be"):
        read()


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b"nonsense",
        b"[" * 100_000,
        b'{"path": 1, "kind": "file", "size": 1, "modified": 1, "refusal": null}',
        b'{"path": "a", "kind": "nonsense", "size": 1, "modified": 1, "refusal": null}',
        b'{"path": "a", "kind": "file", "size": "1", "modified": 1, "refusal": null}',
        b'{"path": "a", "kind": "file", "size": 1, "modified": 1, "refusal": "nonsense"}',
    ],
)
def test_members_that_are_none_are_refused(text: bytes):
    with pytest.raises(EngineError, match="what cannot be"):
        RecordReader(ByteReader([text])).found(len(text))


def test_kinds_are_named():
    assert {kind.value for kind in Kind} == {"file", "directory", "link", "device", "other"}
