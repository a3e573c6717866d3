"""Decoding and encoding with objects shaped like those of the standard library (bz2, lzma, zstd; zlib adapted)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from compression.engine.codecs.reader import PIECE, ByteReader, Bytes
from compression.engine.errors import CorruptStream, TruncatedStream

INPUT = 64 << 10
"""Compressed bytes given to a decompressor at once: what follows the end of a member is given again to the next."""


class Compressor(Protocol):
    """Takes data bit by bit and has the rest after the last."""

    def compress(self, data: Bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class Decompressor(Protocol):
    """Decodes one member and gives out at most `max_length` bytes a call."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: Bytes, max_length: int) -> bytes: ...


def compressed(compressor: Compressor, chunks: Iterable[Bytes]) -> Iterator[bytes]:
    """All that `compressor` makes of `chunks`."""
    for chunk in chunks:
        yield compressor.compress(chunk)
    yield compressor.flush()


def decoded_member(reader: ByteReader, member: Decompressor) -> Iterator[bytes]:
    """The content of one member; the reader then stands behind it."""
    more_to_come = False
    while not member.eof:
        data: Bytes = b""
        if member.needs_input and not more_to_come:
            data = reader.some(INPUT)
            if not data:
                raise TruncatedStream("The data end in the middle of the stream")
        piece = member.decompress(data, PIECE)
        # A large piece may leave output inside, although all input has been taken.
        more_to_come = len(piece) >= PIECE // 2
        yield piece
    reader.unread(len(member.unused_data))


def decoded(reader: ByteReader, start: Callable[[], Decompressor]) -> Iterator[bytes]:
    """The content of the only member; anything behind it is an error."""
    yield from decoded_member(reader, start())
    if not reader.at_end():
        raise CorruptStream("Something follows the end of the stream")


def decoded_all(
    reader: ByteReader,
    start: Callable[[], Decompressor],
    skip_padding: Callable[[ByteReader], object] | None = None,
) -> Iterator[bytes]:
    """The contents of all members that follow each other, at least one; `skip_padding` passes what may lie between."""
    while True:
        yield from decoded_member(reader, start())
        if skip_padding is not None:
            skip_padding(reader)
        if reader.at_end():
            return
