"""Health checks: each part of the platform registers one; readiness is all of them."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from redis import Redis
from rq import worker_registration
from rq.utils import now, utcparse

from core.errors import AppError
from core.registry import Registry

log = logging.getLogger(__name__)

CHECK_TIMEOUT_S = 3.0
# A worker says every two seconds that it lives.
SILENCE_S = 15


class Status(StrEnum):
    """How a part is; what is degraded does its work, but not as it should."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True)
class Component:
    """What a check found. `detail` says in words what was seen, or what is wrong; anybody may read it."""

    name: str
    status: Status
    latency_ms: float
    detail: str

    @property
    def ok(self) -> bool:
        """Whether it does its work."""
        return self.status != Status.DOWN


class Unwell(Exception):
    """What a check says to anybody of a part that does not work. Of other errors only ours are told."""

    status = Status.DOWN


class Degraded(Unwell):
    """What a check says to anybody of a part that works, but not as it should."""

    status = Status.DEGRADED


T = TypeVar("T")

checks: Registry[Callable[[], str]] = Registry("health check")
_pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="health")
_under_way: dict[Callable[[], Any], "Future[Any]"] = {}
_guard = threading.Lock()


def check(name: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register the decorated function, which returns what it saw or raises, as the check of component `name`."""

    def register(function: Callable[[], str]) -> Callable[[], str]:
        return checks.add(name, function)

    return register


def look() -> list[Component]:
    """Run all checks at once, none longer than CHECK_TIMEOUT_S."""
    found = []
    for name, outcome, seconds in at_once(checks.items()):
        status, detail = verdict(name, outcome) if isinstance(outcome, Exception) else (Status.OK, outcome)
        found.append(Component(name, status, round(seconds * 1000, 2), detail))
    return found


def at_once(named: Iterable[tuple[str, Callable[[], T]]]) -> list[tuple[str, T | Exception, float]]:
    """Call all functions at once; return what each gave or raised, and the seconds it took.

    One that takes longer than CHECK_TIMEOUT_S is a TimeoutError. It is not called again while it hangs: whoever asks
    next waits for the same call, so that one part that hangs does not take all threads.
    """
    began = time.perf_counter()
    running = [(name, _begun(function)) for name, function in named]
    found: list[tuple[str, T | Exception, float]] = []
    for name, future in running:
        left = max(0.0, CHECK_TIMEOUT_S - (time.perf_counter() - began))
        try:
            outcome, seconds = future.result(timeout=left)
        except TimeoutError as error:
            outcome, seconds = error, time.perf_counter() - began
        found.append((name, outcome, seconds))
    return found


def verdict(name: str, error: Exception) -> tuple[Status, str]:
    """Return how a part is whose check raised, and what anybody may be told of it."""
    if isinstance(error, Degraded):
        return error.status, str(error)
    log.warning("%s is not well: %s: %s", name, type(error).__name__, error)
    if isinstance(error, TimeoutError):
        return Status.DOWN, "no answer in time"
    return Status.DOWN, str(error) if isinstance(error, (Unwell, AppError)) else "does not answer"


def _begun(function: Callable[[], T]) -> "Future[tuple[T | Exception, float]]":
    with _guard:
        future = _under_way.get(function)
        if future is None or future.done():
            future = _under_way[function] = _pool.submit(_timed, function)
        return future


def _timed(function: Callable[[], T]) -> tuple[T | Exception, float]:
    began = time.perf_counter()
    outcome: T | Exception
    try:
        outcome = function()
    except Exception as error:
        outcome = error
    seconds = time.perf_counter() - began
    connection.close()
    return outcome, seconds


def _redis() -> Any:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


@check("database")
def database() -> str:
    """One round trip to PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        return f"PostgreSQL {cursor.fetchone()[0]}"


@check("redis")
def redis() -> str:
    """One round trip to Redis."""
    with _redis() as client:
        client.ping()
    return "answers"


@check("workers")
def workers() -> str:
    """At least one worker has given a sign of life lately."""
    with _redis() as client:
        keys = worker_registration.get_keys(connection=client)
        signs = [client.hget(key, "last_heartbeat") for key in keys]
    ages = [(now() - utcparse(sign.decode())).total_seconds() for sign in signs if sign]
    alive = sum(age < SILENCE_S for age in ages)
    if not alive:
        raise Unwell(f"no worker has given a sign of life for {SILENCE_S} s")
    return f"{alive} alive"
