"""The input of a call: a descriptor, read from where it stands."""

import os
import select
import stat
from collections.abc import Callable, Iterator

from compression.engine.codecs.reader import CHUNK
from compression.engine.errors import SourceUnreadable, TargetUnwritable, TruncatedStream

OnRead = Callable[[int], None]


class Source:
    """Reads a file, a pipe or a socket in chunks; a file also at any place of it.

    `on_read` is told, after every read, how many bytes were read altogether. `reader` is a pipe that what comes of the
    input is written to: while this waits for input it notices that nobody reads there any more.
    """

    def __init__(self, fd: int, on_read: OnRead | None = None, reader: int | None = None) -> None:
        self._fd = fd
        self._on_read = on_read
        self._reader = reader
        self._start, self.size = _extent(fd)
        """`size`: bytes to come; None where that cannot be known."""
        self.done = 0

    @property
    def seekable(self) -> bool:
        """Whether `read_at` and `region` work."""
        return self.size is not None

    def hand_over(self) -> OnRead:
        """Tell no more of what is read; return whom to tell of what was done with it, for work that reads ahead."""
        told, self._on_read = self._on_read, None
        return told or (lambda done: None)

    def chunks(self) -> Iterator[bytes]:
        """All of it, as it comes."""
        while True:
            if self.size is None and self._reader is not None:
                self._wait(self._reader)
            chunk = os.read(self._fd, CHUNK)
            if not chunk:
                return
            self._count(len(chunk))
            yield chunk

    def _wait(self, reader: int) -> None:
        """Until there is input."""
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        poll.register(reader, 0)
        if (reader, select.POLLERR) in poll.poll():
            raise TargetUnwritable("Nobody reads the output any more")

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes; raises TruncatedStream where the file ends before."""
        if self.size is None or offset < 0 or offset + length > self.size:
            raise TruncatedStream("The file ends before what it speaks of")
        data = bytearray()
        while len(data) < length:
            data += self._read(offset + len(data), length - len(data))
        return bytes(data)

    def region(self, offset: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `offset` on, in chunks."""
        if self.size is None or offset < 0 or offset + length > self.size:
            raise TruncatedStream("The file ends before what it speaks of")
        end = offset + length
        while offset < end:
            chunk = self._read(offset, min(CHUNK, end - offset))
            yield chunk
            offset += len(chunk)

    def _read(self, offset: int, length: int) -> bytes:
        try:
            chunk = os.pread(self._fd, length, self._start + offset)
        except OSError as error:
            raise SourceUnreadable(f"The input cannot be read: {error.strerror}") from error
        if not chunk:
            raise SourceUnreadable("The input became shorter while it was read")
        self._count(len(chunk))
        return chunk

    def _count(self, count: int) -> None:
        self.done += count
        if self._on_read is not None:
            self._on_read(self.done)


def _extent(fd: int) -> tuple[int, int | None]:
    """Where the descriptor stands and how many bytes follow; None for what is no regular file."""
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        return 0, None
    start = os.lseek(fd, 0, os.SEEK_CUR)
    return start, max(status.st_size - start, 0)
