"""Health checks: each part of the platform registers one; readiness is all of them."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import django_rq
from django.db import connection
from rq import Worker
from rq.utils import now

from core.registry import Registry


@dataclass(frozen=True)
class Component:
    """What a check found. `detail` says in words what is wrong, or what was seen."""

    name: str
    ok: bool
    latency_ms: float
    detail: str


checks: Registry[Callable[[], str]] = Registry("health check")
CHECK_TIMEOUT_S = 3.0
_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="health")


def check(name: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register the decorated function, which returns what it saw or raises, as the check of component `name`."""

    def register(function: Callable[[], str]) -> Callable[[], str]:
        return checks.add(name, function)

    return register


def look() -> list[Component]:
    """Run all checks at once, none longer than CHECK_TIMEOUT_S."""
    running = [(name, _pool.submit(_timed, function)) for name, function in checks.items()]
    found = []
    for name, future in running:
        try:
            latency, detail = future.result(timeout=CHECK_TIMEOUT_S)
            found.append(Component(name, ok=True, latency_ms=latency, detail=detail))
        except TimeoutError:
            found.append(
                Component(name, ok=False, latency_ms=CHECK_TIMEOUT_S * 1000, detail="no answer in time")
            )
        except Exception as error:
            found.append(Component(name, ok=False, latency_ms=0.0, detail=f"{type(error).__name__}: {error}"))
    return found


def _timed(function: Callable[[], str]) -> tuple[float, str]:
    began = time.perf_counter()
    try:
        detail = function()
    finally:
        connection.close()
    return round((time.perf_counter() - began) * 1000, 2), detail


@check("database")
def database() -> str:
    """One round trip to PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        return f"PostgreSQL {cursor.fetchone()[0]}"


@check("redis")
def redis() -> str:
    """One round trip to Redis."""
    if not django_rq.get_connection("cpu").ping():
        raise RuntimeError("Redis does not answer PING")
    return "answers"


@check("workers")
def workers() -> str:
    """At least one worker has given a sign of life lately."""
    alive = [
        worker
        for worker in Worker.all(connection=django_rq.get_connection("cpu"))
        if worker.last_heartbeat and (now() - worker.last_heartbeat).total_seconds() < 30
    ]
    if not alive:
        raise RuntimeError("no worker has given a sign of life for 30 s")
    return f"{len(alive)} alive"
