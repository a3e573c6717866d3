"""Reading tar archives (v7, ustar, GNU and pax) from a stream, in bounded memory."""

import codecs
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from compression.engine.archives.member import Found, Kind, Refusal
from compression.engine.codecs.reader import PIECE, ByteReader, Bytes
from compression.engine.errors import CorruptStream, LimitExceeded, TruncatedStream
from compression.engine.limits import MiB

BLOCK = 512
MAX_EXTENDED = 1 * MiB
"""Bytes of one extended header; real ones hold a few hundred."""

_KINDS = {b"0": Kind.FILE, b"\0": Kind.FILE, b"7": Kind.FILE, b"S": Kind.FILE, b"5": Kind.DIRECTORY}
_KINDS |= {b"1": Kind.LINK, b"2": Kind.LINK, b"3": Kind.DEVICE, b"4": Kind.DEVICE, b"6": Kind.DEVICE}
_DATALESS = (Kind.LINK, Kind.DEVICE, Kind.DIRECTORY)
_KEPT = (b"path", b"size", b"mtime")


@dataclass(frozen=True)
class Header:
    """One header block, or what extended headers before it make of it."""

    name: bytes
    size: int
    modified: float
    type: bytes
    sparse: bool = False
    map_continues: bool = False
    """Whether blocks with more of a sparse file's map follow."""

    @property
    def kind(self) -> Kind:
        """Of the member; old archives mark folders by a slash alone."""
        kind = _KINDS.get(self.type, Kind.OTHER)
        return Kind.DIRECTORY if kind is Kind.FILE and self.name.endswith(b"/") else kind

    @property
    def data_size(self) -> int:
        """Bytes that follow the header; some kinds have a size that means something else."""
        return 0 if self.kind in _DATALESS else self.size


@dataclass
class _Extended:
    """What extended headers say of the members to come: of all, or of the next."""

    every: dict[str, bytes] = field(default_factory=dict)
    next: dict[str, bytes] = field(default_factory=dict)

    def applied(self, header: Header) -> Header:
        """The header as these change it; forgets what was meant for it alone."""
        values = self.every | self.next
        self.next = {}
        try:
            return replace(
                header,
                name=values.get("path", header.name),
                size=_natural(values["size"]) if "size" in values else header.size,
                modified=float(values["mtime"]) if "mtime" in values else header.modified,
                sparse=header.sparse or "sparse" in values,
            )
        except ValueError as error:
            raise CorruptStream("A number in an extended header of this tar archive is none") from error


def looks_like_tar(block: bytes) -> bool:
    """Whether an archive begins with this block: its checksum is right, and it names something."""
    if len(block) < BLOCK or not block[0]:
        return False
    with suppress(CorruptStream):
        return parse_header(block) is not None
    return False


def read_tar(reader: ByteReader) -> Iterator[Found]:
    """The members of a tar archive, to the end of the stream."""
    extended = _Extended()
    while (header := _next_header(reader)) is not None:
        if header.type in (b"x", b"X", b"g"):
            values = _pax(_extended_data(reader, header))
            (extended.every if header.type == b"g" else extended.next).update(values)
        elif header.type in (b"L", b"K"):
            text = _extended_data(reader, header).split(b"\0", 1)[0]
            if header.type == b"L":
                extended.next["path"] = text
        else:
            yield from _member(reader, extended.applied(header))


def parse_header(block: Bytes) -> Header | None:
    """The fields of a header block; None for a block of zeros; raises CorruptStream."""
    data = bytes(block)
    if not any(data):
        return None
    stated = _number(data[148:156])
    blanked = data[:148] + b" " * 8 + data[156:]
    if stated != sum(blanked) and stated != _signed_sum(blanked):
        raise CorruptStream("A header of this tar archive is damaged: its checksum is wrong")
    name, prefix = _text(data[0:100]), _text(data[345:500])
    if data[257:263] == b"ustar\0" and prefix:  # GNU's own format has other things there
        name = prefix + b"/" + name
    size = _number(data[124:136])
    if size < 0:
        raise CorruptStream("A member of this tar archive has a negative size")
    sparse = data[156:157] == b"S"
    map_continues = sparse and bool(data[482])
    return Header(name, size, _number(data[136:148]), data[156:157], sparse, map_continues)


def _signed_sum(block: bytes) -> int:
    """As some old programs reckoned."""
    return sum(block) - 256 * sum(byte >= 0x80 for byte in block)


def _next_header(reader: ByteReader) -> Header | None:
    """The next header that is none of zeros; None at the end, behind which another archive may begin."""
    ended = False
    while True:
        block = reader.up_to(BLOCK)
        if ended and len(block) < BLOCK and not any(block):
            return None
        if len(block) < BLOCK:
            raise TruncatedStream("The tar archive ends in the middle")
        if (header := parse_header(block)) is not None:
            return header
        ended = True


def _member(reader: ByteReader, header: Header) -> Iterator[Found]:
    if header.kind is Kind.DIRECTORY and not header.name.strip(b"./"):
        return  # the folder that was packed, "./"
    map_continues = header.map_continues
    while map_continues:
        map_continues = bool(reader.exactly(BLOCK)[504])
    body = _Body(reader, header.data_size)
    refusal = Refusal.SPARSE if header.sparse else None
    size = header.size if header.kind is Kind.FILE else None
    yield Found(_decoded(header.name), header.kind, size, header.modified, refusal, body)
    for _ in body:
        pass
    reader.skip(-header.data_size % BLOCK)


class _Body:
    """The bytes of one member, as an iterator."""

    def __init__(self, reader: ByteReader, size: int) -> None:
        self._reader = reader
        self._left = size

    def __iter__(self) -> Iterator[Bytes]:
        return self

    def __next__(self) -> Bytes:
        if not self._left:
            raise StopIteration
        piece = self._reader.some(min(self._left, PIECE))
        if not piece:
            raise TruncatedStream("The tar archive ends in the middle of a member")
        self._left -= len(piece)
        return piece


def _extended_data(reader: ByteReader, header: Header) -> bytes:
    if header.size > MAX_EXTENDED:
        raise LimitExceeded("An extended header of this tar archive is too large", kind="memory")
    data = bytes(reader.exactly(header.size))
    reader.skip(-header.size % BLOCK)
    return data


def _pax(data: bytes) -> dict[str, bytes]:
    """The records ("length key=value" and a newline each) that matter here; `sparse` stands for any of its kind."""
    kept: dict[str, bytes] = {}
    position, name = 0, b""
    while position < len(data) and data[position]:
        space = data.find(b" ", position, position + 20)
        digits = data[position : max(space, position)]
        end = position + int(digits) if digits.isdigit() else 0
        if not space < end <= len(data) or data[end - 1 : end] != b"\n":
            raise CorruptStream("An extended header of this tar archive is damaged")
        key, _, value = data[space + 1 : end - 1].partition(b"=")
        if key in _KEPT:
            kept[key.decode()] = value
        elif key.startswith(b"GNU.sparse."):
            kept["sparse"] = value
            name = value if key == b"GNU.sparse.name" else name
        position = end
    return {**kept, "path": name} if name else kept


def _natural(text: bytes) -> int:
    if not text.isdigit() or len(text) > 20:
        raise ValueError(text)
    return int(text)


def _number(text: bytes) -> int:
    """A field in octal digits, or in GNU's base 256 (marked by its first bit) for what does not fit."""
    if text[0] == 0xFF:
        return int.from_bytes(text, "big", signed=True)
    if text[0] & 0x80:
        return int.from_bytes(text, "big") - (1 << (8 * len(text) - 1))
    digits = text.strip(b" \0")
    try:
        return int(digits, 8) if digits else 0
    except ValueError as error:
        raise CorruptStream("A number in a header of this tar archive is none") from error


def _text(text: bytes) -> bytes:
    return text.split(b"\0", 1)[0]


def _decoded(name: bytes) -> str:
    return codecs.decode(name, "utf-8", "replace")
