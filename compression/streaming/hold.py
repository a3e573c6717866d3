"""What comes out of a stream while its client, who does not read meanwhile, still sends."""

import os
from collections.abc import AsyncIterator
from functools import partial

from django.conf import settings

from core.errors import TooLarge
from core.formatting import size
from core.handoff import Exchange
from files.staging import Staged

MEMORY_BYTES = 1024 * 1024
READ_BYTES = 256 * 1024


class Hold:
    """A little of it in memory, more in a staged file, which is gone when it is closed."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._memory = b""
        self._staged: Staged | None = None
        self.size = 0

    async def keep(self, chunk: bytes) -> None:
        """Take a piece. TooLarge beyond what one stream may have here, StorageFull where the disk has no room."""
        self.size += len(chunk)
        if self.size > settings.STREAM_HELD_BYTES:
            most = size(settings.STREAM_HELD_BYTES)
            raise TooLarge(
                f"More than {most} came out before all of the body was there. Read the answer while you send, "
                "as curl does.",
                code="stream_held_too_large",
            )
        if self._staged is None and self.size <= MEMORY_BYTES:
            self._memory += chunk
            return
        if self._staged is None:
            self._staged = await self._exchange.io(Staged.create)
            chunk, self._memory = self._memory + chunk, b""
        await self._exchange.io(partial(self._staged.write, chunk))

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield all of it, from the beginning."""
        if self._memory:
            yield self._memory
        if self._staged is None:
            return
        fd, offset = self._staged.fileno(), 0
        while chunk := await self._exchange.io(partial(os.pread, fd, READ_BYTES, offset)):
            offset += len(chunk)
            yield chunk

    def close(self) -> None:
        """Let go of it."""
        if self._staged is not None:
            self._staged.close()
