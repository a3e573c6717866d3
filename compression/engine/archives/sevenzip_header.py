"""The table of contents of a 7z archive: which streams are packed how, and which files lie in them.

Every number in it is hostile until compared: counts are checked against the bytes that are left before anything is
made of them.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from compression.engine.errors import CorruptStream, TruncatedStream
from compression.engine.limits import ArchiveLimits

MAGIC = b"7z\xbc\xaf\x27\x1c"
START_BYTES = 32

END, HEADER, ARCHIVE_PROPERTIES, MORE_STREAMS, STREAMS, FILES = 0x00, 0x01, 0x02, 0x03, 0x04, 0x05
PACK_INFO, UNPACK_INFO, SUBSTREAMS_INFO, SIZE, CRC, FOLDER = 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B
CODERS_UNPACK_SIZE, UNPACK_STREAMS, EMPTY_STREAM, EMPTY_FILE, ANTI = 0x0C, 0x0D, 0x0E, 0x0F, 0x10
NAMES, MODIFIED, ATTRIBUTES, ENCODED_HEADER = 0x11, 0x14, 0x15, 0x17

MAX_CODERS = 8
ATTRIBUTE_DIRECTORY, ATTRIBUTE_LINK, ATTRIBUTE_UNIX = 0x10, 0x400, 0x8000
_FILETIME_1970 = 116_444_736_000_000_000


@dataclass(frozen=True)
class Coder:
    """One step of a folder's way; `simple` where it has one stream in and one out."""

    method: bytes
    properties: bytes
    simple: bool


@dataclass
class Folder:
    """A packed stream and the coders that it goes through, first to be undone first.

    `sizes` are the bytes that each of them gives; `straight` says whether they form one line, which alone is read here.
    """

    coders: list[Coder]
    sizes: list[int]
    straight: bool
    packed_streams: int
    crc: int | None = None

    @property
    def size(self) -> int:
        """Bytes that come out at the end."""
        return self.sizes[-1]


@dataclass
class Streams:
    """Packed streams, the folders that they belong to, and the contents that each folder holds one after the other."""

    packed_at: int = 0
    packed_sizes: list[int] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    contents: list[list[tuple[int, int | None]]] = field(default_factory=list)
    """For every folder: size and CRC-32 of each content."""


@dataclass
class Entry:
    """One file, folder or mark of deletion."""

    name: str = ""
    has_content: bool = True
    directory: bool = False
    anti: bool = False
    modified: float | None = None
    attributes: int = 0


@dataclass(frozen=True)
class Start:
    """Where the table of contents lies, from the end of the start header."""

    offset: int
    size: int
    crc: int

    @classmethod
    def parse(cls, data: bytes) -> "Start":
        """Read the first START_BYTES of an archive."""
        magic, _, crc, rest = data[:6], data[6:8], data[8:12], data[12:START_BYTES]
        if magic != MAGIC or zlib.crc32(rest) != int.from_bytes(crc, "little"):
            raise CorruptStream("The start of this 7z archive is damaged")
        return cls(*struct.unpack("<QQI", rest))


class Table:
    """Parses a table of contents from its bytes."""

    def __init__(self, data: bytes, limits: ArchiveLimits) -> None:
        self._data = data
        self._at = 0
        self._limits = limits

    def byte(self) -> int:
        """The next byte."""
        return self._take(1)[0]

    def streams(self) -> Streams:
        """A StreamsInfo, up to its end mark."""
        streams = Streams()
        while (kind := self.byte()) != END:
            if kind == PACK_INFO:
                self._pack_info(streams)
            elif kind == UNPACK_INFO:
                self._unpack_info(streams)
            elif kind == SUBSTREAMS_INFO:
                self._substreams_info(streams)
            else:
                raise _damaged()
        if not streams.contents:
            streams.contents = [[(folder.size, folder.crc)] for folder in streams.folders]
        return streams

    def contents(self) -> tuple[Streams, list[Entry]]:
        """A Header, behind its first byte."""
        streams, entries = Streams(), list[Entry]()
        while (kind := self.byte()) != END:
            if kind == ARCHIVE_PROPERTIES:
                while self.byte() != END:
                    self._take(self._number())
            elif kind == MORE_STREAMS:
                self.streams()
            elif kind == STREAMS:
                streams = self.streams()
            elif kind == FILES:
                entries = self._files()
            else:
                raise _damaged()
        return streams, entries

    # Streams

    def _pack_info(self, streams: Streams) -> None:
        streams.packed_at = self._number()
        count = self._count(self._left)
        while (kind := self.byte()) != END:
            if kind == SIZE:
                streams.packed_sizes = [self._number() for _ in range(count)]
            elif kind == CRC:
                self._digests(count)
            else:
                raise _damaged()
        if len(streams.packed_sizes) != count:
            raise _damaged()

    def _unpack_info(self, streams: Streams) -> None:
        self._expect(FOLDER)
        count = self._count(self._left)
        self._expect(0)  # described here, not elsewhere
        folders = [self._folder() for _ in range(count)]
        self._expect(CODERS_UNPACK_SIZE)
        for folder, order in folders:
            sizes = [self._number() for _ in order]
            folder.sizes = [sizes[index] for index in order]
        while (kind := self.byte()) != END:
            if kind != CRC:
                raise _damaged()
            for (folder, _), crc in zip(folders, self._digests(count), strict=True):
                folder.crc = crc
        streams.folders = [folder for folder, _ in folders]

    def _folder(self) -> tuple[Folder, list[int]]:
        """A folder, without sizes, and which of its outputs belongs to which coder in the order of undoing."""
        coders, inputs, outputs = self._coders()
        bindings = [(self._number(), self._number()) for _ in range(outputs - 1)]
        packed_streams = inputs - len(bindings)
        if packed_streams < 1:
            raise _damaged()
        if packed_streams > 1:
            for _ in range(packed_streams):
                self._number()
        order = _line(len(coders), bindings) if all(coder.simple for coder in coders) else None
        if order is None:
            bound = {output for _, output in bindings}
            order = sorted(range(outputs), key=lambda index: index not in bound)
            return Folder(coders, [], straight=False, packed_streams=packed_streams), order
        return Folder([coders[index] for index in order], [], straight=True, packed_streams=1), order

    def _coders(self) -> tuple[list[Coder], int, int]:
        """The coders of a folder, and how many streams go into and come out of all of them."""
        coders, inputs, outputs = list[Coder](), 0, 0
        count = self._count(MAX_CODERS)
        for _ in range(count):
            flags = self.byte()
            method = self._take(flags & 0x0F)
            ways = (self._count(MAX_CODERS), self._count(MAX_CODERS)) if flags & 0x10 else (1, 1)
            properties = self._take(self._number()) if flags & 0x20 else b""
            if flags & 0xC0:
                raise _damaged()
            coders.append(Coder(method, properties, simple=ways == (1, 1)))
            inputs, outputs = inputs + ways[0], outputs + ways[1]
        if not outputs:
            raise _damaged()
        return coders, inputs, outputs

    def _substreams_info(self, streams: Streams) -> None:
        counts = [1] * len(streams.folders)
        kind = self.byte()
        if kind == UNPACK_STREAMS:
            counts = [self._number() for _ in streams.folders]
            self._limits.check_members(sum(counts))
            kind = self.byte()
        sizes = self._content_sizes(streams.folders, counts, stated=kind == SIZE)
        kind = self.byte() if kind == SIZE else kind
        known = [
            folder.crc if count == 1 else None for folder, count in zip(streams.folders, counts, strict=True)
        ]
        missing = sum(count for count, crc in zip(counts, known, strict=True) if crc is None)
        digests: Iterator[int | None] = iter([None] * missing)
        while kind != END:
            if kind != CRC:
                raise _damaged()
            digests = iter(self._digests(missing))
            kind = self.byte()
        streams.contents = [
            [(size, next(digests) if crc is None else crc) for size in folder_sizes]
            for folder_sizes, crc in zip(sizes, known, strict=True)
        ]

    def _content_sizes(self, folders: list[Folder], counts: list[int], *, stated: bool) -> list[list[int]]:
        """The sizes of the contents of every folder; the last of each is what the others leave."""
        result = []
        for folder, count in zip(folders, counts, strict=True):
            if count > 1 and not stated:
                raise _damaged()
            sizes = [self._number() for _ in range(count - 1)]
            rest = folder.size - sum(sizes)
            if rest < 0:
                raise _damaged()
            result.append([*sizes, rest] if count else [])
        return result

    # Files

    def _files(self) -> list[Entry]:
        count = self._number()
        self._limits.check_members(count)
        entries = [Entry() for _ in range(count)]
        empty: list[Entry] = []
        while (kind := self.byte()) != END:
            size = self._number()
            end = self._at + size
            if end > len(self._data):
                raise _damaged()
            if kind == EMPTY_STREAM:
                empty = [
                    entry for entry, is_empty in zip(entries, self._bits(count), strict=True) if is_empty
                ]
                for entry in empty:
                    entry.has_content, entry.directory = False, True
            else:
                self._file_property(kind, entries, empty, end)
            self._at = end
        return entries

    def _file_property(self, kind: int, entries: list[Entry], empty: list[Entry], end: int) -> None:
        if kind == EMPTY_FILE:
            for entry, is_file in zip(empty, self._bits(len(empty)), strict=True):
                entry.directory = not is_file
        elif kind == ANTI:
            for entry, is_anti in zip(empty, self._bits(len(empty)), strict=True):
                entry.anti = is_anti
        elif kind == NAMES:
            self._names(entries, end)
        elif kind == MODIFIED:
            for entry, ticks in self._values(entries, "<Q"):
                entry.modified = (ticks - _FILETIME_1970) / 10_000_000
        elif kind == ATTRIBUTES:
            for entry, attributes in self._values(entries, "<I"):
                entry.attributes = attributes

    def _names(self, entries: list[Entry], end: int) -> None:
        self._expect(0)
        names = self._take(end - self._at).decode("utf-16-le", "replace").split("\0")
        if len(names) <= len(entries):
            raise _damaged()
        for entry, name in zip(entries, names, strict=False):
            entry.name = name

    def _values(self, entries: list[Entry], form: str) -> Iterator[tuple[Entry, int]]:
        """A number for each entry that has one."""
        defined = self._optional_bits(len(entries))
        self._expect(0)
        for entry, is_defined in zip(entries, defined, strict=True):
            if is_defined:
                yield entry, struct.unpack(form, self._take(struct.calcsize(form)))[0]

    # Primitives

    @property
    def _left(self) -> int:
        return len(self._data) - self._at

    def _take(self, count: int) -> bytes:
        if count > self._left:
            raise TruncatedStream("The table of contents of this 7z archive ends in the middle")
        self._at += count
        return self._data[self._at - count : self._at]

    def _expect(self, value: int) -> None:
        if self.byte() != value:
            raise _damaged()

    def _number(self) -> int:
        """A number of one to nine bytes: the first says how many follow, and holds the highest bits."""
        first = self.byte()
        following = next((n for n in range(8) if not first & 0x80 >> n), 8)
        low = int.from_bytes(self._take(following), "little")
        high = first & (0x7F >> following) if following < 8 else 0
        return low | high << 8 * following

    def _count(self, most: int) -> int:
        count = self._number()
        if count > most:
            raise _damaged()
        return count

    def _bits(self, count: int) -> list[bool]:
        data = self._take((count + 7) // 8)
        return [bool(data[index // 8] & 0x80 >> index % 8) for index in range(count)]

    def _optional_bits(self, count: int) -> list[bool]:
        return [True] * count if self.byte() else self._bits(count)

    def _digests(self, count: int) -> list[int | None]:
        defined = self._optional_bits(count)
        return [int.from_bytes(self._take(4), "little") if is_defined else None for is_defined in defined]


def _line(count: int, bindings: list[tuple[int, int]]) -> list[int] | None:
    """The coders in the order of undoing; None where the bindings (input, output) form no single line."""
    giver = dict(bindings)
    takers = {output: taken for taken, output in bindings}
    starts = [index for index in range(count) if index not in giver]
    if len(giver) != len(bindings) or len(takers) != len(bindings) or len(starts) != 1:
        return None
    order = starts
    while (following := takers.get(order[-1])) is not None:
        if following in order or following >= count:
            return None
        order.append(following)
    return order if len(order) == count else None


def _damaged() -> CorruptStream:
    return CorruptStream("The table of contents of this 7z archive is damaged")
