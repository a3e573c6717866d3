"""Reading over a network as if it were a file."""

import io
import logging
from collections.abc import Callable
from typing import Any

from files.storage.s3_calls import StoreAway, calling

log = logging.getLogger(__name__)

ATTEMPTS = 3


class RemoteReader(io.RawIOBase):
    """A file at the other end of the network: one request as long as it is read in order, another after a jump.

    `body_at(position)` begins a request and returns its body.
    """

    def __init__(self, body_at: Callable[[int], Any], size: int) -> None:
        self._body_at, self._size, self._at = body_at, size, 0
        self._body: Any = None

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position; costs nothing until the next read."""
        at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        if at != self._at:
            self._drop()
        self._at = at
        return at

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes; a connection that broke is made again where it was."""
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        data = self._read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _read(self, wanted: int) -> bytes:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                if self._body is None:
                    self._body = self._body_at(self._at)
                with calling(wanted):
                    if data := bytes(self._body.read(wanted)):
                        return data
            except StoreAway:
                if attempt == ATTEMPTS:
                    raise
                log.warning("the object store broke off, attempt %d", attempt)
            self._drop()
        raise StoreAway

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        """End the request."""
        self._drop()
        super().close()
