"""Redis: its memory, its clients and what it is asked to do."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metrics.probes.base import Rates

if TYPE_CHECKING:
    from redis import Redis as Client

SECTIONS = ("clients", "memory", "stats")


class Redis:
    """What the server says of itself."""

    every_s = 1.0

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._rates = Rates()

    def read(self) -> Mapping[str, float]:
        """Return memory, clients, and commands a second."""
        said: Any = self._client.info(*SECTIONS)
        return {
            **self._rates.of({"redis.commands_s": said["total_commands_processed"]}),
            "redis.memory_bytes": said["used_memory"],
            "redis.clients": said["connected_clients"],
        }
