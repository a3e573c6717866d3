"""The request body on its way in: on the event loop, and from there to the thread of a view."""

import asyncio
import io
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from core.handoff import ClientGone

Receive = Callable[[], Awaitable[dict[str, Any]]]


class Inbound:
    """The body of one request, read on the loop. What was read too early can be put back."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._returned: list[bytes] = []
        self.requested = False
        self.ended = False

    async def chunk(self) -> bytes:
        """Return the next piece, b"" at the end of the body; raise ClientGone if the client has left."""
        if self._returned:
            return self._returned.pop(0)
        while not self.ended:
            self.requested = True
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone("the client left while its request was being read")
            self.ended = not message.get("more_body", False)
            if body := message.get("body", b""):
                return bytes(body)
        return b""

    def put_back(self, chunks: list[bytes]) -> None:
        """Make `chunks` the next ones again."""
        self._returned[:0] = chunks

    async def collect(self, limit: int) -> bytes:
        """Return the next bytes as far as the first piece that passes `limit`, or to the end."""
        chunks, size = [], 0
        while size <= limit and (chunk := await self.chunk()):
            chunks.append(chunk)
            size += len(chunk)
        return b"".join(chunks)

    async def client_left(self) -> None:
        """Return when the client has left; the body must have ended."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


class BodyPipe(io.RawIOBase):
    """A request body as a file for the thread of a view, at most `limit` bytes ahead of it.

    Nothing is asked of the client before the first read: a view can refuse a body that was only announced.
    """

    def __init__(self, inbound: Inbound, loop: asyncio.AbstractEventLoop, limit: int) -> None:
        self._inbound, self._loop, self._limit = inbound, loop, limit
        self._changed = threading.Condition()
        self._chunks: deque[memoryview] = deque()
        self._size = 0
        self._full = self._ended = self._asked = False
        self._error: Exception | None = None
        self._room = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return `size` bytes, fewer only at the end; raise ClientGone if they will never come."""
        parts: list[memoryview] = []
        while size and (part := self._take(size if size > 0 else self._limit)):
            parts.append(part)
            size -= len(part) if size > 0 else 0
        return b"".join(parts)

    def _take(self, size: int) -> memoryview:
        if not self._asked:
            self._asked = True
            self._loop.call_soon_threadsafe(self._start)
        with self._changed:
            self._changed.wait_for(lambda: self._chunks or self._ended or self._error)
            if not self._chunks:
                if self._error:
                    raise ClientGone(str(self._error)) from self._error
                return memoryview(b"")
            part = self._chunks.popleft()
            if len(part) > size:
                self._chunks.appendleft(part[size:])
                part = part[:size]
            self._size -= len(part)
            if wake := self._full and self._size < self._limit // 2:
                self._full = False
        if wake:
            self._loop.call_soon_threadsafe(self._room.set)
        return part

    def _start(self) -> None:
        self._pump = self._loop.create_task(self._fill())

    async def _fill(self) -> None:
        try:
            while chunk := await self._inbound.chunk():
                if self._put(chunk):
                    await self._room.wait()
                    self._room.clear()
        except Exception as error:
            self._finish(error)
        else:
            self._finish(None)

    def _put(self, chunk: bytes) -> bool:
        """Add a piece; say whether to wait for room."""
        with self._changed:
            self._chunks.append(memoryview(chunk))
            self._size += len(chunk)
            self._full = self._size >= self._limit
            self._changed.notify()
            return self._full

    def _finish(self, error: Exception | None) -> None:
        with self._changed:
            self._ended, self._error = error is None, error
            self._changed.notify()

    async def release(self) -> None:
        """Stop reading for the thread: what it has not read is again the next of the inbound body."""
        self._finish(
            ClientGone("the request is over")
        )  # first: a thread may wait, and we may be cancelled below
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])
        with self._changed:
            unread = [bytes(part) for part in self._chunks]
            self._chunks.clear()
        self._inbound.put_back(unread)
