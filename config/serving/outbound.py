"""A generated answer on its way from the thread that produces it to the event loop."""

import asyncio
import threading
from collections.abc import AsyncIterator

from core.handoff import ClientGone


class Outbound:
    """Pieces from one thread, at most `limit` bytes ahead of the client, joined where several wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop, limit: int) -> None:
        self._loop, self._limit = loop, limit
        self._changed = threading.Condition()
        self._chunks: list[bytes] = []
        self._size = 0
        self._ended = self._closed = False
        self._ready = asyncio.Event()

    def put(self, chunk: bytes) -> None:
        """Add a piece (on the thread); waits for room, raises ClientGone once nobody takes any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._size < self._limit or self._closed)
            if self._closed:
                raise ClientGone("the client left while its answer was being written")
            first = not self._chunks
            self._chunks.append(chunk)
            self._size += len(chunk)
        if first:
            self._wake()

    def end(self) -> None:
        """Say that there is nothing more (on the thread)."""
        with self._changed:
            self._ended = True
        self._wake()

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._ready.set)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await self._ready.wait()
            self._ready.clear()
            with self._changed:
                chunks, ended = self._chunks, self._ended
                self._chunks, self._size = [], 0
                self._changed.notify()
            if chunks:
                yield b"".join(chunks)
            if ended:
                return

    def close(self) -> None:
        """Make the producing thread stop at its next piece (on the loop)."""
        with self._changed:
            self._closed = True
            self._changed.notify()
