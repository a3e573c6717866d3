"""Health checks: each part of the platform registers one; readiness is all of them."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Component:
    """What a check found. `detail` says in words what was seen, or what is wrong; anybody may read it."""

    name: str
    ok: bool
    latency_ms: float
    detail: str


class Unwell(Exception):
    """What a check says to anybody of a part that does not work. Of other errors only ours are told."""


checks: Registry[Callable[[], str]] = Registry("health check")
_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="health")


def check(name: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register the decorated function, which returns what it saw or raises, as the check of component `name`."""

    def register(function: Callable[[], str]) -> Callable[[], str]:
        return checks.add(name, function)

    return register


def look() -> list[Component]:
    """Run all checks at once, none longer than CHECK_TIMEOUT_S."""
    began = time.perf_counter()
    running = [(name, _pool.submit(_timed, function)) for name, function in checks.items()]
    found = []
    for name, future in running:
        left = max(0.0, CHECK_TIMEOUT_S - (time.perf_counter() - began))
        try:
            latency, detail = future.result(timeout=left)
            found.append(Component(name, ok=True, latency_ms=latency, detail=detail))
        except Exception as error:
            found.append(_unwell(name, error, time.perf_counter() - began))
    return found


def _unwell(name: str, error: Exception, seconds: float) -> Component:
    log.warning("%s is not well: %s: %s", name, type(error).__name__, error)
    if isinstance(error, TimeoutError):
        detail = "no answer in time"
    else:
        detail = str(error) if isinstance(error, (Unwell, AppError)) else "does not answer"
    return Component(name, ok=False, latency_ms=round(seconds * 1000, 2), detail=detail)


def _timed(function: Callable[[], str]) -> tuple[float, str]:
    began = time.perf_counter()
    try:
        detail = function()
    finally:
        connection.close()
    return round((time.perf_counter() - began) * 1000, 2), detail


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
