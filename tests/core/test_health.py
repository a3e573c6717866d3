"""Health: all parts, each with its latency, none of them telling strangers what is inside."""

import threading
from collections.abc import Callable
from typing import Any

import django_rq
import pytest
from rq.utils import now, utcformat

from core import health
from core.registry import Registry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker() -> None:
    """A worker that lives, as far as Redis knows, and one that died."""
    redis: Any = django_rq.get_connection("cpu")
    redis.delete("rq:workers")
    redis.sadd("rq:workers", "rq:worker:test-1-a", "rq:worker:test-2-b")
    redis.hset("rq:worker:test-1-a", "last_heartbeat", utcformat(now()))
    redis.hset("rq:worker:test-2-b", "last_heartbeat", "2020-01-01T00:00:00.000000Z")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Registry[Callable[[], str]]:
    """Checks of the test alone."""
    own: Registry[Callable[[], str]] = Registry("health check")
    monkeypatch.setattr(health, "checks", own)
    return own


def test_a_process_that_answers_lives(api: Any) -> None:
    assert api().get("/api/v1/health/live").json() == {"status": "live"}


def test_all_parts_are_looked_at(api: Any, worker: None) -> None:
    response = api().get("/api/v1/health/ready")
    body = response.json()
    found = {part["name"]: part for part in body["components"]}
    assert {"database", "redis", "workers", "storage"} <= found.keys()
    assert all(part["ok"] and part["latency_ms"] > 0 for part in found.values()), found
    assert found["workers"]["detail"] == "1 alive"
    assert (response.status_code, body["status"], response["Cache-Control"]) == (200, "ready", "no-store")


def test_without_a_worker_it_is_not_ready(api: Any) -> None:
    django_rq.get_connection("cpu").delete("rq:workers")
    response = api().get("/api/v1/health/ready")
    assert (response.status_code, response.json()["status"]) == (503, "not_ready")


def test_a_part_that_fails_is_named_and_its_inside_is_not(parts: Registry[Callable[[], str]]) -> None:
    def fail() -> str:
        raise RuntimeError("password=s3cret at /var/lib/x")

    def unwell() -> str:
        raise health.Unwell("no room left")

    parts.add("a", fail)
    parts.add("b", unwell)
    parts.add("c", lambda: "fine")
    found = [(part.name, part.ok, part.detail) for part in health.look()]
    assert found == [("a", False, "does not answer"), ("b", False, "no room left"), ("c", True, "fine")]


def test_a_part_that_hangs_holds_nobody_up(
    parts: Registry[Callable[[], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.2)

    looked = threading.Event()

    def hang() -> str:
        looked.wait(60)
        return "late"

    parts.add("a", hang)
    parts.add("b", hang)
    assert [part.detail for part in health.look()] == ["no answer in time"] * 2
    looked.set()
