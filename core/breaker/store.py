"""Where the states of circuit breakers are shared: in Redis, changed by compare-and-set."""

import logging
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from core.breaker.states import CLOSED_STATE, State

log = logging.getLogger(__name__)

R = TypeVar("R")
Step = Callable[[State, float], tuple[State, R]]

# A Redis that is away must not hold up those who ask whether something else is away.
AWAY_S = 2.0
KEPT_S = 3600
TRIES = 20

_SWAP = """
local found = redis.call('GET', KEYS[1])
if (found or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


class SharedStates:
    """The state of the breaker `name`, one for all processes."""

    def __init__(self, name: str) -> None:
        self._key = f"dynacomp:breaker:{name}"
        self._away_until = 0.0

    @cached_property
    def _redis(self) -> Redis:
        return Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=1,
            socket_connect_timeout=1,
            retry=Retry(NoBackoff(), 1),  # once: the connection may be from before Redis was restarted
        )

    @cached_property
    def _swap(self) -> Any:
        return self._redis.register_script(_SWAP)

    def update(self, own: State, step: "Step[R]") -> tuple[State, State, R]:
        """Take the shared state a step further; return it before and after, and what the step found.

        Without Redis the step is taken from `own`, what this process knows.
        """
        if time.monotonic() >= self._away_until:
            try:
                return self._shared(step)
            except RedisError as error:
                log.warning("the state of breakers is not shared: %s", error)
                self._away_until = time.monotonic() + AWAY_S
        after, found = step(own, time.time())
        return own, after, found

    def _shared(self, step: "Step[R]") -> tuple[State, State, R]:
        for _ in range(TRIES):
            raw: Any = self._redis.get(self._key)
            text = raw.decode() if raw else ""
            before = State.loads(text) if text else CLOSED_STATE
            after, found = step(before, time.time())
            if after == before or self._swap(keys=[self._key], args=[text, after.dumps(), KEPT_S]):
                return before, after, found
        return before, after, found  # so many others change it that one change more or less says nothing
