"""The channel layer: Channels' over Redis, with a way to send that costs synchronous code one round trip."""

import logging
import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

# A Redis that is away must not hold up those whose news cannot be told: it is left alone for so long.
AWAY_S = 2.0


class HintLayer(RedisPubSubChannelLayer):
    """Sends hints without an event loop; `async_to_sync` would open a loop and a connection for each."""

    _away_until = 0.0

    @cached_property
    def _redis(self) -> Redis:
        return Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=2,
            socket_connect_timeout=1,
            retry=Retry(NoBackoff(), 1),  # once: the connection may be from before Redis was restarted
        )

    def tell(self, groups: Sequence[str], message: dict[str, Any]) -> bool:
        """Send to the groups; say whether Redis took it. What it does not take is lost."""
        if time.monotonic() < self._away_until:
            return False
        payload = self.serialize(message)
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                for group in groups:
                    pipeline.publish(self.redis_channel(group), payload)
                pipeline.execute()
        except RedisError as error:
            log.warning("hints are not sent: %s", error)
            self._away_until = time.monotonic() + AWAY_S
            return False
        return True

    def redis_channel(self, group: str) -> str:
        """Return the name that the group has in Redis."""
        return f"{self._kwargs.get('prefix', 'asgi')}__group__{group}"
