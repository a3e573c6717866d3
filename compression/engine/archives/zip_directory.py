"""The central directory of a ZIP archive, and that it says the same as the headers beside the data.

Readers disagree about archives that contradict themselves, and that is used to smuggle content past checks. Here such
an archive is corrupt: entries that overlap, a directory that is not where it is said to be, local headers that differ.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from compression.engine.errors import CorruptStream, TruncatedStream, Unsupported
from compression.engine.limits import ArchiveLimits
from compression.engine.source import Source

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
ZIP64_END, ZIP64_LOCATOR, DESCRIPTOR = b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08"
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_ZIP64_END = struct.Struct("<4sQ2H2I4Q")
_ZIP64_LOCATOR = struct.Struct("<4sIQI")
MAX_COMMENT = 0xFFFF
MAX_ENTRY_BYTES = _CENTRAL.size + 3 * 0xFFFF
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF

FLAG_ENCRYPTED, FLAG_DESCRIPTOR, FLAG_UTF8 = 0x1, 0x8, 0x800
EXTRA_ZIP64, EXTRA_UNIX_TIME, EXTRA_NAME = 0x0001, 0x5455, 0x7075


@dataclass(frozen=True)
class Entry:
    """One entry as the central directory describes it; offsets are from the start of the archive."""

    raw_name: bytes
    flags: int
    method: int
    dos_time: tuple[int, int]
    crc: int
    packed_size: int
    size: int
    system: int
    attributes: int
    offset: int
    extra: dict[int, bytes]

    @property
    def name(self) -> str:
        """The path, decoded leniently: UTF-8 where that is said or fits, else the code page of DOS."""
        unicode_name = self.extra.get(EXTRA_NAME, b"")
        if unicode_name[:1] == b"\x01" and unicode_name[1:5] == zlib.crc32(self.raw_name).to_bytes(
            4, "little"
        ):
            return unicode_name[5:].decode("utf-8", "replace")
        try:
            return self.raw_name.decode("utf-8")
        except UnicodeDecodeError:
            return self.raw_name.decode("utf-8" if self.flags & FLAG_UTF8 else "cp437", "replace")

    @property
    def least_end(self) -> int:
        """Where its data end at the earliest."""
        return self.offset + _LOCAL.size + len(self.raw_name) + self.packed_size


@dataclass(frozen=True)
class Directory:
    """Where the central directory is."""

    count: int
    offset: int
    size: int


def read_directory(source: Source, limits: ArchiveLimits) -> list[tuple[Entry, int]]:
    """All entries in the order of their data, each with where the next or the directory begins.

    Raises CorruptStream where they overlap or leave the archive.
    """
    directory = find_directory(source)
    limits.check_members(directory.count)
    entries = sorted(_entries(source, directory), key=lambda entry: entry.offset)
    ends = [*(entry.offset for entry in entries), directory.offset][1:]
    found = list(zip(entries, ends, strict=True))
    if any(entry.least_end > end for entry, end in found):
        raise CorruptStream("Entries of this ZIP archive overlap")
    return found


def find_directory(source: Source) -> Directory:
    """Read the end of the archive; raises CorruptStream, TruncatedStream, Unsupported."""
    size = source.size or 0
    tail_at = max(0, size - _END.size - MAX_COMMENT)
    tail = source.read_at(tail_at, size - tail_at)
    at = tail.rfind(END)
    while at >= 0:
        if len(tail) - at >= _END.size:
            fields = _END.unpack_from(tail, at)
            if at + _END.size + fields[-1] == len(tail):
                return _checked(source, _located(source, fields, tail_at + at), fields[1:3])
        at = tail.rfind(END, 0, at)
    raise TruncatedStream("The end of this ZIP archive is missing")


def _located(source: Source, fields: tuple[int, ...], end_at: int) -> tuple[Directory, int]:
    """The directory and where it has to end; by the ZIP64 record where there is one."""
    _, _, _, _, count, size, offset, _ = fields
    locator_at = end_at - _ZIP64_LOCATOR.size
    if locator_at < 0 or source.read_at(locator_at, 4) != ZIP64_LOCATOR:
        return Directory(count, offset, size), end_at
    _, _, record_at, _ = _ZIP64_LOCATOR.unpack(source.read_at(locator_at, _ZIP64_LOCATOR.size))
    record = _ZIP64_END.unpack(source.read_at(record_at, _ZIP64_END.size))
    signature, length, _, _, disk, start_disk, _, count64, size64, offset64 = record
    whole = signature == ZIP64_END and record_at + 12 + length == locator_at
    if not whole or (disk, start_disk) != (0, 0):
        raise CorruptStream("The ZIP64 end of this archive is damaged")
    for small, full, large in ((count, FULL16, count64), (size, FULL32, size64), (offset, FULL32, offset64)):
        if small not in (full, large):
            raise CorruptStream("The two ends of this ZIP archive contradict each other")
    return Directory(count64, offset64, size64), record_at


def _checked(source: Source, located: tuple[Directory, int], disks: tuple[int, ...]) -> Directory:
    directory, end = located
    if any(disk not in (0, FULL16) for disk in disks):
        raise Unsupported("This ZIP archive is one part of several")
    if directory.offset + directory.size != end:
        raise CorruptStream("The directory of this ZIP archive is not where its end says")
    return directory


def _entries(source: Source, directory: Directory) -> Iterator[Entry]:
    """The entries in the directory's order, read a stretch at a time."""
    buffer, position, at = b"", 0, directory.offset
    end = directory.offset + directory.size
    for _ in range(directory.count):
        if len(buffer) - position < MAX_ENTRY_BYTES and at < end:
            more = source.read_at(at, min(4 * MAX_ENTRY_BYTES, end - at))
            buffer, position, at = buffer[position:] + more, 0, at + len(more)
        entry, length = _entry(buffer, position)
        position += length
        yield entry
    if at < end or position != len(buffer):
        raise CorruptStream("The directory of this ZIP archive holds more than its end says")


def _entry(buffer: bytes, at: int) -> tuple[Entry, int]:
    """The entry at a place of the buffer, and its length."""
    if len(buffer) - at < _CENTRAL.size or not buffer.startswith(CENTRAL, at):
        raise CorruptStream("The directory of this ZIP archive is damaged")
    fields = _CENTRAL.unpack_from(buffer, at)
    _, made_by, _, flags, method, time, date, crc, packed, size = fields[:10]
    name_size, extra_size, comment_size, disk, _, attributes, offset = fields[10:]
    name_at = at + _CENTRAL.size
    extra_at = name_at + name_size
    length = _CENTRAL.size + name_size + extra_size + comment_size
    if at + length > len(buffer) or disk not in (0, FULL16):
        raise CorruptStream("The directory of this ZIP archive is damaged")
    extra = _extra(buffer[extra_at : extra_at + extra_size])
    size, packed, offset = _widened(extra.get(EXTRA_ZIP64, b""), size, packed, offset)
    return (
        Entry(
            raw_name=buffer[name_at:extra_at],
            flags=flags,
            method=method,
            dos_time=(date, time),
            crc=crc,
            packed_size=packed,
            size=size,
            system=made_by >> 8,
            attributes=attributes,
            offset=offset,
            extra=extra,
        ),
        length,
    )


def _extra(data: bytes) -> dict[int, bytes]:
    """The extra fields by their number; what does not parse at the end is no concern of ours."""
    fields: dict[int, bytes] = {}
    position = 0
    while position + 4 <= len(data):
        number, size = struct.unpack_from("<HH", data, position)
        fields.setdefault(number, data[position + 4 : position + 4 + size])
        position += 4 + size
    return fields


def _widened(extra: bytes, *values: int) -> list[int]:
    """The values, those that are full taken from the ZIP64 field in this order."""
    widened = []
    for value in values:
        if value == FULL32 and extra:
            if len(extra) < 8:
                raise CorruptStream("A ZIP64 field of this archive is damaged")
            value, extra = int.from_bytes(extra[:8], "little"), extra[8:]
        widened.append(value)
    return widened


def data_offset(source: Source, entry: Entry, end: int) -> int:
    """Where the data of an entry begin; raises CorruptStream where its local header says other things.

    `end` is where the next entry or the directory begins.
    """
    header = source.read_at(entry.offset, _LOCAL.size)
    signature, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _LOCAL.unpack(header)
    rest = source.read_at(entry.offset + _LOCAL.size, name_size + extra_size)
    size, packed = _widened(_extra(rest[name_size:]).get(EXTRA_ZIP64, b""), size, packed)
    stated = (entry.crc, entry.packed_size, entry.size)
    figures = (crc, packed, size)
    told_later = bool(flags & FLAG_DESCRIPTOR) and figures != stated
    same = (
        signature == LOCAL
        and method == entry.method
        and rest[:name_size] == entry.raw_name
        and (flags ^ entry.flags) & (FLAG_ENCRYPTED | FLAG_DESCRIPTOR) == 0
        and all(
            here == there or (told_later and not here) for here, there in zip(figures, stated, strict=True)
        )
    )
    offset: int = entry.offset + _LOCAL.size + name_size + extra_size
    behind = offset + entry.packed_size
    if not same or behind > end or (told_later and not _descriptor_agrees(source, behind, end, stated)):
        raise CorruptStream("A header in this ZIP archive contradicts the directory")
    return offset


def _descriptor_agrees(source: Source, at: int, end: int, stated: tuple[int, int, int]) -> bool:
    """Whether the figures behind the data are the stated ones, in one of the four forms in which they are found."""
    data = source.read_at(at, min(24, end - at))
    widths = "IQ" if max(stated) <= FULL32 else "Q"
    forms = [mark + struct.pack(f"<I2{width}", *stated) for mark in (DESCRIPTOR, b"") for width in widths]
    return any(data.startswith(form) for form in forms)
