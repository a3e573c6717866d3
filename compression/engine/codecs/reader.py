"""Cutting a stream of chunks of any size into the pieces that a format is made of."""

from collections.abc import Callable, Iterable, Iterator

from compression.engine.errors import SourceUnreadable, TruncatedStream

Bytes = bytes | bytearray | memoryview
ReadAt = Callable[[int, int], Bytes]
"""Gives bytes from an offset on: so many, all of which are there."""

CHUNK = 256 << 10
"""Encoders are fed in chunks of exactly this size (the last is smaller), so that their output never depends on how
the input arrived: brotli at low quality and stored deflate blocks would otherwise follow the caller's chunks."""

PIECE = 1 << 20
"""Decoders hand out their output in pieces of about this size, however small the input that made it."""


class ByteReader:
    """Reads from an iterator of chunks: as much as there is, or an exact amount."""

    def __init__(self, chunks: Iterable[Bytes]) -> None:
        self._chunks = iter(chunks)
        self._chunk = memoryview(b"")
        self._position = 0
        self._pulled = 0

    @property
    def consumed(self) -> int:
        """Bytes pulled from the source so far."""
        return self._pulled

    def at_end(self) -> bool:
        """Whether nothing is left to read."""
        while self._position == len(self._chunk):
            try:
                chunk = next(self._chunks, None)
            except OSError as error:
                raise SourceUnreadable(f"The input cannot be read: {error.strerror or error}") from error
            if chunk is None:
                return True
            self._chunk, self._position = memoryview(chunk).cast("B"), 0
            self._pulled += len(self._chunk)
        return False

    def some(self, limit: int = CHUNK) -> memoryview:
        """At least one and at most `limit` bytes; none at the end of the source."""
        if self.at_end():
            return memoryview(b"")
        taken = self._chunk[self._position : self._position + limit]
        self._position += len(taken)
        return taken

    def unread(self, count: int) -> None:
        """Give back the last `count` bytes of what `some` returned last."""
        if count > self._position:
            raise ValueError("only what was read last can be given back")
        self._position -= count

    def up_to(self, size: int) -> Bytes:
        """`size` bytes, or fewer where the source ends before. Memory grows with what is there, not with `size`."""
        first = self.some(size)
        if len(first) == size or not first:
            return first
        joined = bytearray(first)
        while len(joined) < size and (more := self.some(size - len(joined))):
            joined += more
        return joined

    def exactly(self, size: int) -> Bytes:
        """`size` bytes; raises TruncatedStream where the source ends before."""
        data = self.up_to(size)
        if len(data) < size:
            raise TruncatedStream("The data end in the middle of the stream")
        return data

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, fewer where the source ends before; they remain to be read."""
        data = bytes(self.up_to(size))
        rest = self._chunk[self._position :]
        self._chunk, self._position = memoryview(data + bytes(rest)), 0
        return data

    def skip(self, size: int) -> None:
        """Pass over `size` bytes without holding them; raises TruncatedStream where the source ends before."""
        while size:
            passed = len(self.some(size))
            if not passed:
                raise TruncatedStream("The data end in the middle of the stream")
            size -= passed

    def skip_zeros(self) -> int:
        """Pass over zero bytes; how many there were."""
        skipped = 0
        while chunk := self.some():
            rest = len(bytes(chunk).lstrip(b"\0"))
            skipped += len(chunk) - rest
            if rest:
                self.unread(rest)
                break
        return skipped


def regular(chunks: Iterable[Bytes], size: int = CHUNK) -> Iterator[Bytes]:
    """The same bytes in chunks of exactly `size`, the last one smaller; nothing is copied where they already are."""
    reader = ByteReader(chunks)
    while chunk := reader.up_to(size):
        yield chunk


def sliced(data: Bytes, size: int = PIECE) -> Iterator[memoryview]:
    """Views of `data`, each of at most `size` bytes."""
    view = memoryview(data)
    for start in range(0, len(view), size):
        yield view[start : start + size]
