"""Reading 7z archives from a file.

A folder in 7z's sense is a packed stream that holds one or many files; it is unpacked from start to end.
"""

import lzma
import stat
import zlib
from collections.abc import Callable, Iterator

from compression.engine.archives import methods
from compression.engine.archives.bcj2 import Bcj2
from compression.engine.archives.member import Found, Kind, Refusal
from compression.engine.archives.sevenzip_header import (
    ATTRIBUTE_DIRECTORY,
    ATTRIBUTE_LINK,
    ATTRIBUTE_UNIX,
    ENCODED_HEADER,
    HEADER,
    START_BYTES,
    Coder,
    Entry,
    Folder,
    Start,
    Streams,
    Table,
)
from compression.engine.archives.zip import checked
from compression.engine.codecs.reader import PIECE, ByteReader, Bytes
from compression.engine.errors import CorruptStream, Encrypted, LimitExceeded, Unsupported
from compression.engine.limits import ArchiveLimits, MiB
from compression.engine.source import Source

MAX_TABLE = 64 * MiB
MAX_NESTING = 4

AES, PPMD, BCJ2 = bytes.fromhex("06f10701"), bytes.fromhex("030401"), bytes.fromhex("0303011b")
_MethodOf = Callable[[Coder, int], methods.Method]
_METHODS: dict[str, _MethodOf] = {
    "00": lambda coder, size: methods.stored,
    "03": lambda coder, size: methods.delta(coder.properties),
    "04": lambda coder, size: methods.branch_filter(lzma.FILTER_X86),
    "05": lambda coder, size: methods.branch_filter(lzma.FILTER_POWERPC),
    "06": lambda coder, size: methods.branch_filter(lzma.FILTER_IA64),
    "07": lambda coder, size: methods.branch_filter(lzma.FILTER_ARM),
    "08": lambda coder, size: methods.branch_filter(lzma.FILTER_ARMTHUMB),
    "09": lambda coder, size: methods.branch_filter(lzma.FILTER_SPARC),
    "21": lambda coder, size: methods.lzma2(coder.properties),
    "030101": lambda coder, size: methods.lzma1(coder.properties, size),
    "03030103": lambda coder, size: methods.branch_filter(lzma.FILTER_X86),
    "03030205": lambda coder, size: methods.branch_filter(lzma.FILTER_POWERPC),
    "03030401": lambda coder, size: methods.branch_filter(lzma.FILTER_IA64),
    "03030501": lambda coder, size: methods.branch_filter(lzma.FILTER_ARM),
    "03030701": lambda coder, size: methods.branch_filter(lzma.FILTER_ARMTHUMB),
    "03030805": lambda coder, size: methods.branch_filter(lzma.FILTER_SPARC),
    "030401": lambda coder, size: methods.ppmd7(coder.properties, size),
    "040108": lambda coder, size: methods.deflate,
    "040109": lambda coder, size: methods.deflate64,
    "040202": lambda coder, size: methods.bzip2,
    "04f71101": lambda coder, size: methods.zstd,
    "04f71102": lambda coder, size: methods.brotli,
    "04f71104": lambda coder, size: methods.lz4,
}


def read_sevenzip(source: Source, limits: ArchiveLimits) -> Iterator[Found]:
    """The members of a 7z archive; any damage ends it."""
    streams, entries = read_table(source, limits)
    limits.check_output(sum(folder.size for folder in streams.folders), source.size or 0)
    members = _Members(entries)
    packed = _packed_streams(source, streams)
    for folder, contents in zip(streams.folders, streams.contents, strict=True):
        chunks = [next(packed, iter(())) for _ in range(folder.packed_streams)]
        yield from _folder_members(folder, chunks, contents, members, limits)
    yield from members.without_content()
    if members.left:
        raise CorruptStream("The table of contents of this 7z archive speaks of files that it does not hold")


def read_table(source: Source, limits: ArchiveLimits) -> tuple[Streams, list[Entry]]:
    """The table of contents; raises Encrypted where it takes a password."""
    start = Start.parse(source.read_at(0, START_BYTES))
    if start.size > MAX_TABLE:
        raise LimitExceeded("The table of contents of this 7z archive is too large", kind="memory")
    if not start.size:
        return Streams(), []
    data = source.read_at(START_BYTES + start.offset, start.size)
    if zlib.crc32(data) != start.crc:
        raise CorruptStream("The table of contents of this 7z archive is damaged: its checksum is wrong")
    for _ in range(MAX_NESTING):
        table = Table(data, limits)
        kind = table.byte()
        if kind == HEADER:
            return table.contents()
        if kind != ENCODED_HEADER:
            break
        data = _unpacked_table(source, table.streams(), limits)
    raise CorruptStream("The table of contents of this 7z archive is damaged")


def _unpacked_table(source: Source, streams: Streams, limits: ArchiveLimits) -> bytes:
    """A table of contents that is itself packed."""
    if len(streams.folders) != 1:
        raise CorruptStream("The table of contents of this 7z archive is damaged")
    folder, size = streams.folders[0], streams.folders[0].size
    match folder_refusal(folder):
        case Refusal.ENCRYPTED:
            raise Encrypted("The names in this 7z archive are encrypted")
        case Refusal():
            raise Unsupported(
                "The table of contents of this 7z archive is packed with a method that is not supported"
            )
    if size > MAX_TABLE:
        raise LimitExceeded("The table of contents of this 7z archive is too large", kind="memory")
    packed = list(_packed_streams(source, streams))
    if len(packed) != folder.packed_streams:
        raise CorruptStream("The table of contents of this 7z archive is damaged")
    return b"".join(checked(_unpacked(folder, folder.main, packed, limits), size, folder.crc))


def folder_refusal(folder: Folder) -> Refusal | None:
    """Why the contents of a folder cannot be had."""
    if any(coder.method == AES for coder in folder.coders):
        return Refusal.ENCRYPTED
    return None if all(map(_is_known, folder.coders)) else Refusal.METHOD


def _is_known(coder: Coder) -> bool:
    if coder.method == BCJ2:
        return len(coder.inputs) == 4
    return coder.method.hex() in _METHODS and len(coder.inputs) == 1


def _packed_streams(source: Source, streams: Streams) -> Iterator[Iterator[Bytes]]:
    """The chunks of each packed stream; they lie one behind the other."""
    at = START_BYTES + streams.packed_at
    for size in streams.packed_sizes:
        yield source.region(at, size)
        at += size


class _Members:
    """The entries, those with content in order."""

    def __init__(self, entries: list[Entry]) -> None:
        self._filled = iter([entry for entry in entries if entry.has_content])
        self._empty = [entry for entry in entries if not entry.has_content]
        self.left = sum(entry.has_content for entry in entries)

    def next(self) -> Entry:
        entry = next(self._filled, None)
        if entry is None:
            raise CorruptStream("This 7z archive holds more contents than it has names for")
        self.left -= 1
        return entry

    def without_content(self) -> Iterator[Found]:
        """Folders, empty files, and marks of what an update is to delete."""
        for entry in self._empty:
            kind = Kind.OTHER if entry.anti else _kind(entry)
            yield Found(entry.name, kind, 0, entry.modified)


def _folder_members(
    folder: Folder,
    packed: list[Iterator[Bytes]],
    contents: list[tuple[int, int | None]],
    members: _Members,
    limits: ArchiveLimits,
) -> Iterator[Found]:
    refusal = folder_refusal(folder)
    unsure = any(coder.method == PPMD for coder in folder.coders)
    reader = None if refusal else ByteReader(_unpacked(folder, folder.main, packed, limits))
    for size, crc in contents:
        entry = members.next()
        found = Found(entry.name, _kind(entry), size, entry.modified, refusal)
        if reader is not None:
            found.refusal = Refusal.UNVERIFIABLE if unsure and crc is None else None
            found.pieces = checked(_taken(reader, size), size, crc)
        yield found
        for _ in found.pieces:
            pass


def _unpacked(
    folder: Folder, index: int, packed: list[Iterator[Bytes]], limits: ArchiveLimits
) -> Iterator[Bytes]:
    """What comes out of a coder of the folder."""
    coder = folder.coders[index]
    chunks = [
        packed[~source] if source < 0 else _unpacked(folder, source, packed, limits)
        for source in coder.inputs
    ]
    if coder.method == BCJ2:
        yield from Bcj2(*chunks[1:]).undo(chunks[0], coder.size)
    else:
        yield from _METHODS[coder.method.hex()](coder, coder.size)(chunks[0], limits)


def _taken(reader: ByteReader, size: int) -> Iterator[Bytes]:
    """The next `size` bytes, or what there is."""
    while size and (piece := reader.some(min(size, PIECE))):
        size -= len(piece)
        yield piece


def _kind(entry: Entry) -> Kind:
    if entry.attributes & ATTRIBUTE_UNIX:
        mode = stat.S_IFMT(entry.attributes >> 16)
        if mode == stat.S_IFLNK:
            return Kind.LINK
        if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
            return Kind.DEVICE
    elif entry.attributes & ATTRIBUTE_LINK:
        return Kind.LINK
    if entry.directory or (entry.attributes & ATTRIBUTE_DIRECTORY and not entry.has_content):
        return Kind.DIRECTORY
    return Kind.FILE
