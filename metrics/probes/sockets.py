"""Sockets of browsers and programs that the web processes of this machine hold open, by their own word in Redis."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis import Redis


class Sockets:
    """The hash `key`: field `<host>:<pid>`, value `<count> <seconds since 1970>`; a count is of who wrote it lately."""

    every_s = 2.0

    def __init__(self, client: "Redis", key: str, host: str, fresh_s: float) -> None:
        self._client = client
        self._key = key
        self._host = f"{host}:".encode()
        self._fresh_s = fresh_s

    def read(self) -> Mapping[str, float]:
        """Return how many are open."""
        said: Any = self._client.hgetall(self._key)
        count = 0
        for process, value in said.items():
            number, _, written = value.partition(b" ")
            if process.startswith(self._host) and time.time() - float(written) < self._fresh_s:
                count += int(number)
        return {"sockets.open": count}
