"""Redis: its memory, its clients and what it is asked to do."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metrics.probes.base import Rates

if TYPE_CHECKING:
    from redis import Redis as Client

SECTIONS = ("clients", "memory", "stats")
_WANTED = re.compile(rb"^(total_commands_processed|used_memory|connected_clients):(\d+)", re.M)


class Redis:
    """What the server says of itself. The client is this probe's own: it is taught to read no more than is wanted."""

    every_s = 2.0

    def __init__(self, client: "Client") -> None:
        client.set_response_callback("INFO", _figures)
        self._client = client
        self._rates = Rates()

    def read(self) -> Mapping[str, float]:
        """Return memory, clients, and commands a second."""
        said: Any = self._client.info(*SECTIONS)
        return {
            **self._rates.of({"redis.commands_s": said[b"total_commands_processed"]}),
            "redis.memory_bytes": said[b"used_memory"],
            "redis.clients": said[b"connected_clients"],
        }


def _figures(said: bytes, **_: Any) -> dict[bytes, int]:
    return {name: int(value) for name, value in _WANTED.findall(said)}
