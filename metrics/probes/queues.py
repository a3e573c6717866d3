"""Queues: how many messages wait for a worker, and for how long the first one has."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis import Redis


class Queues:
    """The queues of RQ: lists of the names of messages, the first to be taken at the left."""

    every_s = 1.0

    def __init__(self, client: "Redis", names: Sequence[str]) -> None:
        self._client = client
        self._names = names

    def read(self) -> Mapping[str, float]:
        """Return number and age by queue."""
        found: dict[str, float] = {}
        for name in self._names:
            depth: Any = self._client.llen(f"rq:queue:{name}")
            found[f"queue.depth.{name}"] = depth
            found[f"queue.oldest_s.{name}"] = self._age(name) if depth else 0.0
        return found

    def _age(self, name: str) -> float:
        """Seconds since the first message was sent; none where it was taken in this moment."""
        message: Any = self._client.lindex(f"rq:queue:{name}", 0)
        sent: Any = message and self._client.hget(f"rq:job:{message.decode()}", "enqueued_at")
        if not sent:
            return 0.0
        moment = datetime.fromisoformat(sent.decode()).astimezone(UTC)
        return max(0.0, time.time() - moment.timestamp())
