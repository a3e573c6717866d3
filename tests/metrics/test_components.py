"""How the parts are told to be: by checks of real servers, and by what a supervisor wrote down."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django_rq
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from rq.utils import now, utcformat

from core.access.roles import Scope
from core.clock import Clock
from core.health import Status
from metrics.components import looking, supervised
from metrics.components.changes import Changes
from metrics.components.looking import Component
from metrics.probes.programs import Programs
from metrics.sampling.machine import this_machine
from metrics.storage.writing import write
from metrics.types import Sample
from tests.metrics.samples import empty_tables

pytestmark = pytest.mark.django_db(transaction=True)

NOWHERE = "unix:///nowhere/redis.sock"
SYSTEM = "/api/v1/metrics/system"
WELL = ("clock", "database", "redis", "sampler", "storage", "workers")


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No sample, no supervisor, no message, nothing known from before; logs in a folder of the test."""
    redis: Any = django_rq.get_connection("cpu")
    redis.delete(*(f"rq:queue:{name}" for name in settings.QUEUES))  # other tests leave theirs
    (tmp_path / "log").mkdir()
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    monkeypatch.setattr(looking, "HOLDS_S", 0.0)
    monkeypatch.setattr(looking, "changes", Changes(tmp_path / "components.json"))
    monkeypatch.setattr(supervised, "_programs", Programs(tmp_path / "programs.json"))
    empty_tables()
    yield
    empty_tables()


@pytest.fixture
def programs(tmp_path: Path) -> Callable[..., None]:
    """Writes down programs as a supervisor does; each is given as changes to one that has run for an hour."""

    def write_down(**given: Mapping[str, Any]) -> None:
        usual: dict[str, Any] = {
            "pid": os.getpid(),
            "started_at": time.time() - 3600,
            "ends": 0,
            "last_exit": None,
        }
        entries = {name.replace("_", "-"): {**usual, **entry} for name, entry in given.items()}
        (tmp_path / "programs.json").write_text(json.dumps(entries))

    return write_down


@pytest.fixture
def clock_runs() -> Iterator[None]:
    """Somebody holds the lock of the clock."""
    given = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**given, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext(%s))", [Clock.LOCK])
        yield


@pytest.fixture
def hear() -> Iterator[Callable[..., None]]:
    """Has workers with these process ids say that they live."""
    redis: Any = django_rq.get_connection("cpu")

    def say(*pids: int) -> None:
        for pid in pids:
            name = f"rq:worker:{this_machine()}-{pid}-abcd"
            redis.sadd("rq:workers", name)
            redis.hset(name, "last_heartbeat", utcformat(now()))

    redis.delete("rq:workers")
    yield say
    redis.delete("rq:workers")


def look() -> dict[str, Component]:
    """Return the components by name."""
    return {one.name: one for one in looking.components()}


def sampled(age_s: float) -> None:
    """Store a sample of this machine."""
    write(Sample(this_machine(), timezone.now() - timedelta(seconds=age_s), {"system.cpu_percent": 7.0}))


# All together


def test_all_is_well(clock_runs: None, hear: Callable[..., None]) -> None:
    hear(1, 2)
    sampled(1)
    found = look()
    assert {name: found[name].status for name in found} == dict.fromkeys(found, "ok")
    assert found.keys() == {*WELL, "web", "codecs", "engine", "queues"}
    assert found["workers"].detail == "2 alive"
    for name in WELL:
        assert (found[name].latency_ms or 0) > 0
    assert (found["database"].uptime_s or 0) > 0
    assert (found["redis"].uptime_s or -1) >= 0
    assert "connections" in found["database"].detail


def test_a_second_look_within_a_second_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "HOLDS_S", 30.0)
    monkeypatch.setattr(looking, "_last", (float("-inf"), []))
    assert looking.components() is looking.components()


# What is not well


def test_a_stopped_redis_is_down_and_what_needs_it_is_troubled(settings: Any, clock_runs: None) -> None:
    settings.REDIS_URL = NOWHERE
    sampled(1)
    found = look()
    assert (found["redis"].status, found["redis"].latency_ms) == ("down", None)
    assert (found["workers"].status, found["queues"].status) == ("degraded", "degraded")
    assert {found[name].status for name in ("database", "storage", "sampler", "clock", "web")} == {"ok"}


def test_a_full_disk_is_told_of(settings: Any) -> None:
    free = os.statvfs(settings.STAGING_DIR).f_bavail * os.statvfs(settings.STAGING_DIR).f_frsize
    settings.DISK_RESERVE_BYTES = 2 * free
    assert look()["storage"].status == "down"
    assert "less than the reserve" in look()["storage"].detail
    settings.DISK_RESERVE_BYTES = int(0.7 * free)
    assert look()["storage"].status == "degraded"


def test_a_clock_that_nobody_runs_is_down() -> None:
    assert (look()["clock"].status, look()["clock"].detail) == ("down", "nobody does the duties")


@pytest.mark.parametrize(("age_s", "status"), [(1, "ok"), (8, "degraded"), (30, "down")])
def test_the_sampler_is_as_well_as_its_newest_sample(age_s: float, status: str) -> None:
    assert look()["sampler"].status == "down"
    sampled(age_s)
    assert look()["sampler"].status == status


def test_a_message_that_waits_long_is_trouble() -> None:
    redis: Any = django_rq.get_connection("cpu")
    redis.hset("rq:job:waiting", "enqueued_at", utcformat(now() - timedelta(seconds=90)))
    redis.rpush("rq:queue:cpu", "waiting")
    found = look()["queues"]
    redis.delete("rq:queue:cpu", "rq:job:waiting")
    assert found.status == "degraded"
    assert "1 wait, the first for 1" in found.detail


# What the supervisor knows


def test_a_killed_worker_shows_for_half_a_minute(
    programs: Callable[..., None], hear: Callable[..., None]
) -> None:
    hear(os.getpid(), os.getppid(), 999_999)
    programs(
        worker_1={"started_at": time.time() - 2, "ends": 1, "last_exit": -9}, worker_2={"pid": os.getppid()}
    )
    found = look()["workers"]
    assert found.status == "degraded"
    assert found.detail.replace("\xa0", " ") == "worker-1 ended by signal 9, started again 2 s ago; 2 alive"
    assert found.uptime_s == pytest.approx(3600, abs=10)
    programs(worker_1={"started_at": time.time() - 31, "last_exit": -9}, worker_2={})
    assert look()["workers"].status == "ok"


def test_a_worker_that_does_not_run_or_is_silent_is_named(
    programs: Callable[..., None], hear: Callable[..., None]
) -> None:
    hear(os.getpid())
    programs(worker_1={}, worker_2={"pid": None, "last_exit": 3})
    assert look()["workers"].detail == "worker-2 ended with exit code 3, not running; 1 alive"
    programs(worker_1={}, worker_2={"pid": os.getppid()})
    found = look()["workers"]
    assert (found.status, found.detail) == ("degraded", "no sign of life of worker-2 for 15 s")
    programs(worker_1={"pid": None, "last_exit": 1}, worker_2={"pid": None, "last_exit": 1})
    assert look()["workers"].status == "down"


def test_a_server_that_was_started_again_shows(programs: Callable[..., None]) -> None:
    programs(redis={"started_at": time.time() - 4, "last_exit": -6}, postgres={})
    found = look()
    assert found["redis"].status == "degraded"
    assert found["redis"].detail.startswith("redis ended by signal 6, started again")
    assert found["database"].status == "ok"


def test_a_suspended_program_is_not_well(programs: Callable[..., None], clock_runs: None) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        programs(clock={"pid": process.pid})
        found = look()["clock"]
        process.kill()
    assert (found.status, found.detail) == ("down", "clock is suspended; does its duties")


def test_a_host_that_nobody_serves_is_down(
    programs: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CODEC_HOST", str(tmp_path / "host.sock"))
    programs(codecs={"pid": None, "last_exit": -11})
    found = look()["codecs"]
    assert (found.status, found.detail) == ("down", "codecs ended by signal 11, not running; does not answer")


# What they wrote, and since when they are so


def test_the_end_of_the_log_is_told_and_more_of_it_after_a_change(
    tmp_path: Path, programs: Callable[..., None], hear: Callable[..., None]
) -> None:
    hear(os.getpid())
    for name in ("worker-1", "worker-2"):
        lines = [f"{name} says {number}" for number in range(20)]
        (tmp_path / "log" / f"{name}.log").write_text("\n".join(lines) + "\n")
    os.utime(tmp_path / "log" / "worker-1.log", (1, 1))
    programs(worker_1={}, worker_2={})
    well = look()["workers"]
    assert well.log == [f"worker-2 says {number}" for number in range(15, 20)]
    programs(worker_1={"pid": None, "last_exit": 1}, worker_2={})
    troubled = look()["workers"]
    assert troubled.log == [f"worker-1 says {number}" for number in range(10, 20)]
    assert troubled.since > well.since
    programs(worker_1={}, worker_2={})
    again = look()["workers"]
    assert (again.status, len(again.log)) == ("ok", 10)
    assert again.since > troubled.since


def test_changes_are_remembered_by_file_and_without_one(tmp_path: Path) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    sampler, web = Changes(tmp_path / "x.json"), Changes(tmp_path / "x.json")
    assert not sampler.note("redis", Status.OK, start).changed
    sampler.write()
    assert web.note("redis", Status.OK, start + timedelta(minutes=5)).since == start
    down = sampler.note("redis", Status.DOWN, start + timedelta(minutes=6))
    sampler.write()
    assert (down.changed, down.since) == (True, start + timedelta(minutes=6))
    assert Changes(tmp_path / "x.json").note("redis", Status.DOWN, start + timedelta(hours=1)) == down

    nowhere = Changes(tmp_path / "no-folder" / "x.json")  # as on a disk that is full
    nowhere.note("redis", Status.OK, start)
    nowhere.note("redis", Status.DOWN, start + timedelta(minutes=1))
    nowhere.write()
    assert nowhere.note("redis", Status.DOWN, start + timedelta(minutes=2)).since == start + timedelta(
        minutes=1
    )


# The endpoint


def test_the_system_is_told_with_units_and_parts(
    api: Callable[..., Any], otto: Any, clock_runs: None, hear: Callable[..., None]
) -> None:
    sampled(1)
    response = api(otto, Scope.ADMIN).get(SYSTEM)
    body = response.json()
    assert response.status_code == 200
    assert body["machine"] == this_machine()
    assert body["metrics"] == {"system.cpu_percent": {"value": 7.0, "unit": "%"}}
    part = next(one for one in body["components"] if one["name"] == "database")
    assert part.keys() == {"name", "title", "status", "latency_ms", "uptime_s", "detail", "since", "log"}
    assert part["status"] == "ok"
    assert response["Cache-Control"] == "no-store"


def test_without_samples_and_without_redis_the_system_is_told_all_the_same(
    api: Callable[..., Any], otto: Any, settings: Any
) -> None:
    settings.REDIS_URL = NOWHERE
    body = api(otto, Scope.ADMIN).get(SYSTEM).json()
    assert (body["t"], body["metrics"]) == (None, {})
    assert {one["name"]: one["status"] for one in body["components"]}["redis"] == "down"


def test_the_system_is_for_staff_and_of_machines_that_there_are(
    api: Callable[..., Any], ada: Any, otto: Any
) -> None:
    assert api(ada).get(SYSTEM).status_code == 403
    assert api(otto, Scope.ADMIN).get(f"{SYSTEM}?machine=nobody").status_code == 400
    assert api(otto, Scope.ADMIN).get(f"{SYSTEM}?what=else").status_code == 400


def test_the_system_costs_a_constant_number_of_queries(
    api: Callable[..., Any], otto: Any, django_assert_max_num_queries: Any
) -> None:
    sampled(1)
    client = api(otto, Scope.ADMIN)
    assert client.get(SYSTEM).status_code == 200
    with django_assert_max_num_queries(8):  # those of the checks are on connections of their own
        client.get(SYSTEM)
