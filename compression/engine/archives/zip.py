"""Reading ZIP archives from a file: one entry after the other, in the order of their data."""

import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from compression.engine.archives import methods
from compression.engine.archives.member import Found, Kind, Refusal
from compression.engine.archives.zip_directory import (
    EXTRA_UNIX_TIME,
    FLAG_ENCRYPTED,
    Entry,
    data_offset,
    read_directory,
)
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.errors import CorruptStream
from compression.engine.limits import ArchiveLimits, Limits
from compression.engine.source import Source

UNIX = 3
_FLAG_LZMA_END = 0x2


def _lzma(entry: Entry) -> methods.Method:
    """LZMA as in ZIP: a version, the size of the properties, the properties, the stream."""

    def decode(chunks: Iterable[Bytes], limits: Limits) -> Iterator[Bytes]:
        reader = ByteReader(chunks)
        header = bytes(reader.exactly(9))
        if header[2:4] != b"\x05\x00":
            raise CorruptStream("The properties of an LZMA stream are damaged")
        size = None if entry.flags & _FLAG_LZMA_END else entry.size
        yield from methods.lzma1(header[4:], size)(iter(reader.some, b""), limits)

    return decode


_METHODS: dict[int, Callable[[Entry], methods.Method]] = {
    0: lambda _: methods.stored,
    8: lambda _: methods.deflate,
    9: lambda _: methods.deflate64,
    12: lambda _: methods.bzip2,
    14: _lzma,
    20: lambda _: methods.zstd,
    93: lambda _: methods.zstd,
    95: lambda _: methods.xz,
}


def read_zip(source: Source, limits: ArchiveLimits) -> Iterator[Found]:
    """The members of a ZIP archive; contradictions within it end the whole, damaged content one member."""
    entries = read_directory(source, limits)
    limits.check_output(sum(entry.size for entry, _ in entries), source.size or 0)
    for entry, end in entries:
        offset = data_offset(source, entry, end)
        found = Found(
            entry.name, _kind(entry), entry.size, _modified(entry), _refusal(entry), independent=True
        )
        if found.refusal is None:
            found.pieces = _content(source, entry, offset, limits)
        yield found


def _refusal(entry: Entry) -> Refusal | None:
    if entry.flags & FLAG_ENCRYPTED:
        return Refusal.ENCRYPTED
    return None if entry.method in _METHODS else Refusal.METHOD


def _kind(entry: Entry) -> Kind:
    if entry.raw_name.endswith((b"/", b"\\")):
        return Kind.DIRECTORY
    mode = stat.S_IFMT(entry.attributes >> 16) if entry.system == UNIX else 0
    if mode == stat.S_IFLNK:
        return Kind.LINK
    return Kind.FILE if mode in (0, stat.S_IFREG) else Kind.OTHER


def _content(source: Source, entry: Entry, offset: int, limits: ArchiveLimits) -> Iterator[Bytes]:
    packed = source.region(offset, entry.packed_size)
    pieces = _METHODS[entry.method](entry)(packed, limits)
    return checked(pieces, entry.size, entry.crc)


def checked(pieces: Iterator[Bytes], size: int, crc: int | None) -> Iterator[Bytes]:
    """The same pieces; raises CorruptStream where they have not this size and this CRC-32 together."""
    found = 0
    for piece in pieces:
        size -= len(piece)
        if size < 0:
            break
        found = zlib.crc32(piece, found)
        yield piece
    if size:
        raise CorruptStream("A member of this archive has another size than it states")
    if crc not in (None, found):
        raise CorruptStream("A member of this archive is damaged: its checksum is wrong")


def _modified(entry: Entry) -> float | None:
    """The time in UTC where a program stored it so, else DOS's, which knows no time zone."""
    unix = entry.extra.get(EXTRA_UNIX_TIME, b"")
    if len(unix) >= 5 and unix[0] & 1:
        return int.from_bytes(unix[1:5], "little", signed=True)
    date, time = entry.dos_time
    day = (date >> 9) + 1980, date >> 5 & 15, date & 31
    clock = time >> 11, time >> 5 & 63, time % 32 * 2
    try:
        return datetime(*day, *clock, tzinfo=UTC).timestamp()
    except ValueError:
        return None
