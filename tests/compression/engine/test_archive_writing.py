"""Archives that we write: read by others and by ourselves, the same bytes every time, in bounded memory."""

import io
import os
import subprocess
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from compression.engine.archives.writing import Entry, Writable, write_tar, write_zip
from compression.engine.errors import InvalidParams, SourceUnreadable
from tests.compression.engine.archive_samples import unpacked
from tests.compression.engine.samples import MiB, noise, prose

GOLDEN = Path(__file__).parents[2] / "golden" / "written"
TIME = 1_700_000_001
LONG = "/".join(["folder-" + "x" * 90] * 3) + "/ünï.txt"
CONTENT = {
    "a.txt": prose(3000),
    "folder/noise": noise(700),
    "folder/empty": b"",
    LONG: prose(100),
    "näme": b"x",
}
WRITERS: dict[str, Callable[[Writable, Any], None]] = {
    "stored.zip": write_zip,
    "deflated.zip": lambda target, entries: write_zip(target, entries, compress=True),
    "plain.tar": write_tar,
}
every_writer = pytest.mark.parametrize("name", WRITERS)


class Pipe:
    """A target that can only be written to."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> None:
        self.data += data


def entries(content: dict[str, bytes] = CONTENT, modified: float = TIME) -> list[Entry]:
    """Entries of this content."""
    return [Entry(path, len(data), modified, partial(io.BytesIO, data)) for path, data in content.items()]


def written(name: str, content: dict[str, bytes] = CONTENT, modified: float = TIME) -> bytes:
    """An archive as it is written to a file."""
    out = io.BytesIO()
    WRITERS[name](out, entries(content, modified))
    return out.getvalue()


@every_writer
def test_we_read_what_we_write(name: str):
    out = unpacked(written(name))
    assert out.files == CONTENT
    assert {member.modified for member in out.members} == {TIME}


@every_writer
def test_the_same_bytes_for_ever(name: str):
    path = GOLDEN / name
    data = written(name)
    if os.environ.get("UPDATE_GOLDEN") and not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert path.exists(), f"no golden file {path}; run once with UPDATE_GOLDEN=1 and commit it"
    assert unpacked(path.read_bytes()).files == CONTENT
    if name != "deflated.zip":  # how zlib packs is a matter of its version
        assert data == path.read_bytes()


@every_writer
def test_a_target_that_cannot_seek(name: str):
    pipe = Pipe()
    WRITERS[name](pipe, entries())
    assert unpacked(bytes(pipe.data)).files == CONTENT
    if name == "plain.tar":
        assert pipe.data == written(name)


@pytest.mark.parametrize("name", ["stored.zip", "deflated.zip"])
def test_the_standard_library_reads_zip(name: str):
    with zipfile.ZipFile(io.BytesIO(written(name))) as archive:
        assert archive.testzip() is None
        assert {info.filename: archive.read(info) for info in archive.infolist()} == CONTENT
        assert {info.date_time for info in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100644}


def test_tar_reads_tar(tmp_path: Path):
    (tmp_path / "a.tar").write_bytes(written("plain.tar"))
    subprocess.run(["tar", "-xf", "a.tar"], cwd=tmp_path, check=True)
    assert {path: (tmp_path / path).read_bytes() for path in CONTENT} == CONTENT
    assert (tmp_path / "a.txt").stat().st_mtime == TIME
    assert len(written("plain.tar")) % 10_240 == 0
    with tarfile.open(tmp_path / "a.tar") as archive:
        assert [(info.uid, info.gname, info.mode) for info in archive] == [(0, "", 0o644)] * len(CONTENT)


@every_writer
def test_no_members(name: str):
    out = io.BytesIO()
    WRITERS[name](out, [])
    if name.endswith("zip"):
        assert unpacked(out.getvalue()).members == []
    else:
        assert out.getvalue() == bytes(10_240)


@every_writer
@pytest.mark.parametrize("modified", [-1e12, 0, 1e8, 5e9, 1e18, float(1 << 40)])
def test_odd_times(name: str, modified: float):
    assert unpacked(written(name, {"a": b"x"}, modified)).files == {"a": b"x"}


@every_writer
@pytest.mark.parametrize("path", ["../a", "/a", "", "a\0", "C:/a", "a/" * 40 + "a"])
def test_unsafe_paths_are_refused(name: str, path: str):
    with pytest.raises(InvalidParams) as caught:
        written(name, {path: b"x"})
    assert caught.value.field == "path"


@every_writer
def test_a_path_is_written_once(name: str):
    with pytest.raises(InvalidParams, match="Another member"):
        written(name, {"a": b"x", "./a": b"y"})
    assert set(unpacked(written(name, {"./a//b": b"x"})).files) == {"a/b"}


@every_writer
@pytest.mark.parametrize("size", [0, 2999, 3001])
def test_content_has_the_size_that_was_announced(name: str, size: int):
    with pytest.raises(SourceUnreadable):
        WRITERS[name](io.BytesIO(), [Entry("a", size, TIME, lambda: io.BytesIO(prose(3000)))])


class Sink:
    """A target that keeps nothing."""

    def write(self, data: bytes) -> None:
        """Take it."""


class Zeros(io.BytesIO):
    """32 MiB of zeros, none of which is held."""

    size = left = 32 * MiB

    def read(self, limit: int | None = -1, /) -> bytes:
        assert limit is not None
        assert 0 < limit <= MiB
        count = min(limit, self.left)
        self.left -= count
        return bytes(count)


@every_writer
def test_one_at_a_time_is_open_and_little_in_memory(name: str):
    opened: list[str] = []

    @contextmanager
    def source(number: int) -> Iterator[BinaryIO]:
        opened.append(f"+{number}")
        yield Zeros()
        opened.append(f"-{number}")

    tracemalloc.start()
    WRITERS[name](
        Sink(), (Entry(f"{number}", Zeros.size, TIME, partial(source, number)) for number in range(2))
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MiB
    assert opened == ["+0", "-0", "+1", "-1"]


def test_zip64(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    for target in (io.BytesIO(), Pipe()):
        write_zip(target, entries())
        data = target.getvalue() if isinstance(target, io.BytesIO) else bytes(target.data)
        assert data[-42:-38] == b"PK\6\7"
        assert unpacked(data).files == CONTENT
