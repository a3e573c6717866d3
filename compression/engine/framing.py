"""Frames: content cut into them as it comes, and work on several of them at a time, in their order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from compression.engine.codecs.reader import Bytes
from compression.engine.limits import KiB
from compression.engine.streams import Array, array

T = TypeVar("T")
R = TypeVar("R")

PAGE = 4 * KiB
"""Where runs of one value are taken to begin and end."""

OnBytes = Callable[[int], None]
"""Is told of the bytes of content that are done."""


class Framing:
    """Content that comes in chunks of any size; `ahead` are its next bytes, of which frames are taken.

    No more than a frame and a chunk are held, and each byte is copied once, but for what is not taken.
    """

    def __init__(self, chunks: Iterable[Bytes], size: int) -> None:
        self._chunks = iter(chunks)
        self._chunk: Array = np.empty(0, np.uint8)
        self._size = size
        self._buffer: Array = np.empty(0, np.uint8)
        self._held = 0

    def ahead(self) -> Array:
        """The next bytes: a whole frame of them, fewer at the end of the content."""
        while self._held < self._size and self._more():
            taken = self._chunk[: self._size - self._held]
            if self._held + len(taken) > len(self._buffer):
                self._grow(self._held + len(taken))
            self._buffer[self._held : self._held + len(taken)] = taken
            self._held += len(taken)
            self._chunk = self._chunk[len(taken) :]
        return self._buffer[: self._held]

    @property
    def last(self) -> bool:
        """Whether nothing follows what is ahead."""
        return not self._more()

    def take(self, count: int) -> Array:
        """The first `count` bytes of what is ahead; they are the caller's from now on."""
        taken, rest = self._buffer[:count], self._buffer[count : self._held]
        self._buffer, self._held = np.empty(len(self._buffer) if len(rest) else 0, np.uint8), len(rest)
        self._buffer[: len(rest)] = rest
        return taken

    def _more(self) -> bool:
        """Whether there is a byte behind what is held."""
        while not len(self._chunk):
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            self._chunk = array(chunk)
        return True

    def _grow(self, least: int) -> None:
        """Make room for so many bytes; small content takes little, all other the whole of a frame at once."""
        grown = np.empty(self._size if self._held else min(least, self._size), np.uint8)
        grown[: self._held] = self._buffer[: self._held]
        self._buffer = grown


def run_at(data: Array, least: int) -> int:
    """The bytes at the front that have all one value, in pages where others follow; 0 where they are below `least`."""
    if len(data) < least or not _constant(data[:least]):
        return 0
    for at in range(least, len(data), least):
        if not _constant(part := data[at - 1 : at + least]):
            return (at - 1 + int(np.argmax(part != part[0]))) // PAGE * PAGE
    return len(data)


def before_run(data: Array, least: int) -> int:
    """The bytes in front of the first `least` bytes, or more, that have all one value; all of them where none has.

    Runs are taken to begin where pages do: what lies around them stays where it was for records of most lengths.
    """
    half = least // 2  # wherever so many lie, half of them fill a part of the grid
    for at in range(0, len(data) - half + 1, half):
        if _constant(data[at : at + half]):
            others = np.flatnonzero(data[max(at - half, 0) : at] != data[at])
            start = max(at - half, 0) + (int(others[-1]) + 1 if len(others) else 0)
            page = -(-start // PAGE) * PAGE
            if run_at(data[page:], least):
                return page
    return len(data)


def _constant(data: Array) -> bool:
    """Whether all bytes are the same; where they are not, that shows fast."""
    ends = data[0] == data[-1] == data[len(data) // 2]
    return bool(ends and (data == data[0]).all())


def in_order(work: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """The results of work on items, in their order, with `threads` of them at a time and few read ahead."""
    if threads <= 1:
        yield from map(work, items)
        return
    waiting: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="frame")
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
