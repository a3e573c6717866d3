"""Each sample is published once, on one channel of Redis. Who listens and who is slow is no concern of the sampler."""

import json
import logging
import math
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Unconnected
from redis.exceptions import RedisError
from redis.retry import Retry

from metrics.types import Sample

log = logging.getLogger(__name__)

CHANNEL = f"{settings.CHANNEL_PREFIX}:live-metrics"
# The sampler has a second for all that it does: whatever becomes of Redis takes less than a tenth of it.
PATIENCE_S = 0.03
# A Redis that is away is left alone for so long.
AWAY_S = 2.0


def publish(sample: Sample, components: Sequence[Mapping[str, Any]] | None = None) -> bool:
    """Send a sample, and how the components are where that is known, to who listens; say whether Redis took it.

    Never raises and takes at most 100 ms. What Redis does not take is lost: history has it.
    """
    return _publisher.send(sample, components)


class Publisher:
    """Sends to Redis, and leaves it alone for a while when it does not answer."""

    _away_until = 0.0

    @cached_property
    def _redis(self) -> Redis:
        return Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=PATIENCE_S,
            socket_connect_timeout=PATIENCE_S,
            protocol=2,
            lib_name=None,  # each thing to say first would be a round trip of its own
            lib_version=None,
            # once, and not after silence: the connection may be from before Redis was restarted
            retry=Retry(NoBackoff(), 1, supported_errors=(Unconnected,)),
        )

    def send(self, sample: Sample, components: Sequence[Mapping[str, Any]] | None) -> bool:
        """Send, or say that it could not be done."""
        if time.monotonic() < self._away_until:
            return False
        try:
            self._redis.publish(CHANNEL, encode(sample, components, sent=time.time()))
        except (TypeError, ValueError):
            log.exception("a sample cannot be told")
        except (RedisError, OSError) as error:
            log.warning("a sample is not sent: %s", error)
            self._away_until = time.monotonic() + AWAY_S
        else:
            return True
        return False


def encode(sample: Sample, components: Sequence[Mapping[str, Any]] | None, *, sent: float) -> str:
    """A sample as JSON: `{machine, t, sent, metrics, own: {account: metrics} or null, components?}`; in seconds."""
    body: dict[str, Any] = {
        "machine": sample.machine,
        "t": sample.t,
        "sent": sent,
        "metrics": _finite(sample.values),
        "own": None if sample.own is None else {who: _finite(values) for who, values in sample.own.items()},
    }
    if components is not None:
        body["components"] = list(components)
    return json.dumps(body, cls=DjangoJSONEncoder, separators=(",", ":"))


def _finite(values: Mapping[str, float]) -> dict[str, float]:
    """JSON has no word for what is not a number."""
    return {name: value for name, value in values.items() if math.isfinite(value)}


_publisher = Publisher()
