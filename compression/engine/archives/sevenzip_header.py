"""The table of contents of a 7z archive: which streams are packed how, and which files lie in them.

Every number in it is hostile until compared: counts are checked against the bytes that are left before anything is
made of them.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from compression.engine.errors import CorruptStream, TruncatedStream, Unsupported
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
    """One step of decoding, with one or several streams in and one out; `size` is what comes out, in bytes.

    Each of `inputs` is the index of the coder that it comes from, or ~index of a packed stream.
    """

    method: bytes
    properties: bytes
    inputs: tuple[int, ...]
    size: int = 0


@dataclass
class Folder:
    """Packed streams and the coders that they go through; the content comes out of coder `main`."""

    coders: list[Coder]
    main: int
    packed_streams: int
    crc: int | None = None

    @property
    def size(self) -> int:
        """Bytes that come out at the end."""
        return self.coders[self.main].size


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
        for folder in folders:
            folder.coders = [replace(coder, size=self._number()) for coder in folder.coders]
        while (kind := self.byte()) != END:
            if kind != CRC:
                raise _damaged()
            for folder, crc in zip(folders, self._digests(count), strict=True):
                folder.crc = crc
        streams.folders = folders

    def _folder(self) -> Folder:
        """A folder, yet without sizes."""
        coders = [self._coder() for _ in range(self._count(MAX_CODERS))]
        inputs = sum(len(coder.inputs) for coder in coders)
        giver = {self._count(inputs): self._count(len(coders)) for _ in range(len(coders) - 1)}
        free = [number for number in range(inputs) if number not in giver]
        if len(giver) != len(coders) - 1 or not free:
            raise _damaged()
        packed = [self._count(inputs) for _ in free] if len(free) > 1 else free
        if sorted(packed) != free:
            raise _damaged()
        giver |= {number: ~index for index, number in enumerate(packed)}
        numbers = iter(range(inputs))
        coders = [
            replace(coder, inputs=tuple(giver[next(numbers)] for _ in coder.inputs)) for coder in coders
        ]
        return Folder(coders, _root(coders), len(free))

    def _coder(self) -> Coder:
        """A coder whose inputs are yet to be told, one by one."""
        flags = self.byte()
        method = self._take(flags & 0x0F)
        inputs, outputs = (self._count(MAX_CODERS), self._count(MAX_CODERS)) if flags & 0x10 else (1, 1)
        properties = self._take(self._number()) if flags & 0x20 else b""
        if flags & 0xC0 or outputs != 1 or not inputs:
            raise Unsupported("This 7z archive uses a coder that is not supported")
        return Coder(method, properties, (0,) * inputs)

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


def _root(coders: list[Coder]) -> int:
    """The coder whose output goes to no other; raises CorruptStream where they form no tree with it at its root."""
    taken = [index for coder in coders for index in coder.inputs if index >= 0]
    roots = [index for index in range(len(coders)) if index not in taken]
    if len(roots) != 1 or len(set(taken)) != len(taken) or max(taken, default=0) >= len(coders):
        raise _damaged()
    reached, waiting = 0, roots
    while waiting:
        reached += 1
        waiting = [*waiting[1:], *(index for index in coders[waiting[0]].inputs if index >= 0)]
    if reached != len(coders):
        raise _damaged()
    return roots[0]


def _damaged() -> CorruptStream:
    return CorruptStream("The table of contents of this 7z archive is damaged")
