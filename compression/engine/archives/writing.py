"""Writing archives as streams: the same bytes for the same members, in memory that does not grow with their content.

The standard library makes the headers. Members are files with plain permissions and no owner; their times are UTC.
"""

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, BinaryIO, Protocol, cast

from compression.engine.archives.member import Found, Kind
from compression.engine.archives.paths import Paths
from compression.engine.codecs.reader import CHUNK
from compression.engine.errors import InvalidParams, SourceUnreadable
from compression.engine.limits import ArchiveLimits

MODE = 0o644
RECORD = 10_240
"""A tar archive is filled up to a multiple of this, as tapes want it."""

_DOS_FIRST, _DOS_LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)
_UNIX, _EXTRA_UNIX_TIME = 3, 0x5455
_INT32 = range(-(1 << 31), 1 << 31)
_UNBOUNDED = ArchiveLimits(max_members=1 << 32, max_member_bytes=1 << 62)


class Writable(Protocol):
    """What an archive is written to: a file, or anything that takes bytes."""

    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True)
class Entry:
    """One file for an archive: a relative path with "/", its size in bytes, when it was changed (seconds since 1970).

    `open` gives its content when its turn has come; it is closed before the next is opened.
    """

    path: str
    size: int
    modified: float
    open: Callable[[], AbstractContextManager[BinaryIO]]


def write_zip(target: Writable, entries: Iterable[Entry], *, compress: bool = False) -> None:
    """Write a ZIP archive, with ZIP64 where it is needed; stored, or deflated with `compress`.

    Where `target` can seek, headers are completed afterwards; else sizes follow the data, which the few programs that
    read a ZIP archive from a pipe do not understand in stored entries. Some 600 bytes of memory for every entry. Raises
    InvalidParams for a path that is unsafe or there twice, SourceUnreadable for content of another size.
    """
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(_file(target), "w", method, compresslevel=6 if compress else None) as archive:
        for path, entry in _checked(entries):
            info = zipfile.ZipInfo(path, _dos_time(entry.modified))
            info.file_size, info.compress_type, info.create_system = entry.size, method, _UNIX
            info.external_attr = (0o100000 | MODE) << 16
            if int(entry.modified) in _INT32:
                info.extra = struct.pack("<HHBi", _EXTRA_UNIX_TIME, 5, 1, int(entry.modified))
            with entry.open() as content, archive.open(info, "w") as member:
                for chunk in _exactly(content, entry):
                    member.write(chunk)


def write_tar(target: Writable, entries: Iterable[Entry]) -> None:
    """Write a tar archive (POSIX, with pax headers for long names and large sizes). Raises as `write_zip` does."""
    written = 0

    def write(data: bytes) -> None:
        nonlocal written
        target.write(data)
        written += len(data)

    for path, entry in _checked(entries):
        info = tarfile.TarInfo(path)
        info.size, info.mtime, info.mode = entry.size, int(entry.modified), MODE
        write(info.tobuf(tarfile.PAX_FORMAT, "utf-8"))
        with entry.open() as content:
            for chunk in _exactly(content, entry):
                write(chunk)
        write(bytes(-entry.size % tarfile.BLOCKSIZE))
    write(bytes(2 * tarfile.BLOCKSIZE))
    write(bytes(-written % RECORD))


def _checked(entries: Iterable[Entry]) -> Iterator[tuple[str, Entry]]:
    """Each entry with its path in the plainest form; raises InvalidParams for those that `unpack` would refuse."""
    paths = Paths(_UNBOUNDED)
    for entry in entries:
        member = paths.admit(Found(entry.path, Kind.FILE, entry.size))
        if member.refusal is not None:
            raise InvalidParams(
                f"{entry.path!r} cannot be in an archive. {member.refusal.reason}", field="path"
            )
        yield member.path, entry


def _exactly(content: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """The content in chunks; raises SourceUnreadable where it has not the size that was announced."""
    left = entry.size
    while chunk := content.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if left:
        raise SourceUnreadable(f"{entry.path!r} has not the {entry.size} bytes that were announced")


def _dos_time(seconds: float) -> tuple[int, int, int, int, int, int]:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        moment = _DOS_FIRST
    moment = min(max(moment, _DOS_FIRST), _DOS_LAST)
    return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)


class _Stream(io.RawIOBase):
    """A target that can only be written to, as a file that cannot seek."""

    def __init__(self, target: Writable) -> None:
        self._target = target

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._target.write(data)
        return len(data)


def _file(target: Writable) -> IO[bytes]:
    """The target itself where it is a file, which may be able to seek."""
    return cast(IO[bytes], target if hasattr(target, "seekable") else _Stream(target))
