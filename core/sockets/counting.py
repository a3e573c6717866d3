"""How many sockets each process has open, for who watches the platform.

It stands in the hash `dynacomp:sockets` of Redis: field `<host>:<pid>`, value `<count> <seconds since 1970>`. A count
that is older than FRESH_S is of a process that is no more.
"""

import asyncio
import contextlib
import logging
import os
import platform
import time

from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

KEY = "dynacomp:sockets"
FRESH_S = 15
EVERY_S = 1.0
KEPT_S = 60


class OpenSockets:
    """Counts those of this process, and writes the count down once a second while there are any."""

    def __init__(self) -> None:
        self.count = 0
        self._task: asyncio.Task[None] | None = None

    def add(self, difference: int) -> None:
        """One more, or one less. Call it in the event loop."""
        self.count += difference
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_down())

    async def _write_down(self) -> None:
        field = f"{platform.node()}:{os.getpid()}"
        async with Redis.from_url(settings.REDIS_URL, socket_timeout=2) as redis:
            while True:
                with contextlib.suppress(RedisError, OSError):  # the next one is a second away
                    await self._write(redis, field)
                if not self.count:
                    return
                await asyncio.sleep(EVERY_S)

    async def _write(self, redis: "Redis", field: str) -> None:
        async with redis.pipeline(transaction=False) as pipeline:
            if self.count:
                pipeline.hset(KEY, field, f"{self.count} {time.time():.0f}")
                pipeline.expire(KEY, KEPT_S)
            else:
                pipeline.hdel(KEY, field)
            await pipeline.execute()


open_sockets = OpenSockets()
