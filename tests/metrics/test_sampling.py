"""The loop: a sample each second whatever becomes of those who are asked, written once each, also later."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from metrics.probes.memory import Memory
from metrics.sampling.backlog import Backlog
from metrics.sampling.lanes import Lane
from metrics.sampling.loop import PATIENCE_S, Sampler
from metrics.sampling.machine import this_machine
from metrics.sampling.readers import Reader, read_all
from metrics.storage.writing import write
from metrics.types import Sample
from tests.core.crew import until
from tests.metrics.samples import MACHINE, empty_tables
from tests.work import with_name

CPU = "system.cpu_percent"


class Given:
    """A probe of the test: it gives, raises or waits as it is told."""

    every_s = 1.0

    def __init__(self, value: float = 1.0) -> None:
        self.value = value
        self.problem: Exception | None = None
        self.readings = 0
        self.go = threading.Event()
        self.go.set()

    def read(self) -> Mapping[str, float]:
        """Give the value."""
        self.readings += 1
        self.go.wait(40)
        if self.problem:
            raise self.problem
        return {CPU: self.value}


def sample(t: datetime, value: float = 1.0) -> Sample:
    """Return a sample of a machine that nobody has."""
    return Sample(MACHINE, t, {CPU: value})


def sampler(**far: Given) -> tuple[Sampler, list[Sample]]:
    """Return a sampler with real memory and these probes, and the samples that it takes."""
    taken: list[Sample] = []
    lanes = {name: [Reader(probe)] for name, probe in far.items()}
    made = Sampler(near=[Reader(Memory())], far=lanes, keep=taken.append, publish=lambda *_: None)
    return made, taken


# Who is asked


def test_one_that_hangs_is_left_out_and_holds_up_nobody() -> None:
    hanging = Given()
    hanging.go.clear()
    made, taken = sampler(database=hanging)
    for _ in range(3):
        made.tick(time.time())
    assert len(taken) == 3
    assert all("system.memory_percent" in one.values and CPU not in one.values for one in taken)
    assert hanging.readings == 1
    hanging.go.set()

    def is_there() -> bool:
        made.tick(time.time())
        return CPU in taken[-1].values

    until(is_there)


def test_only_the_first_second_waits_for_one_that_hangs() -> None:
    hanging = Given()
    hanging.go.clear()
    made, _ = sampler(redis=hanging)
    made.tick(time.time())
    # The quickest of some: a busy machine may hold up any one of them.
    assert min(takes(made) for _ in range(10)) < PATIENCE_S / 2
    hanging.go.set()


def takes(sampler: Sampler) -> float:
    """Return how long a second of it takes."""
    began = time.monotonic()
    sampler.tick(time.time())
    return time.monotonic() - began


def test_one_that_fails_is_told_of_once_and_read_again(caplog: pytest.LogCaptureFixture) -> None:
    probe = Given()
    probe.every_s = 0.0
    reader = Reader(probe)
    assert read_all([reader]).values == {CPU: 1.0}
    probe.problem = ValueError("no such file")
    with caplog.at_level("INFO", logger="metrics"):
        for _ in range(3):
            assert read_all([reader]).values == {}
        probe.problem = None
        assert read_all([reader]).values == {CPU: 1.0}
    assert [record.getMessage() for record in caplog.records] == [
        "Given cannot be read: ValueError: no such file",
        "Given is read again",
    ]


def test_what_is_read_rarely_holds_until_it_is_read_again() -> None:
    probe = Given(5)
    probe.every_s = 60
    reader = Reader(probe)
    assert [reader.read(100.0 + second).values[CPU] for second in range(5)] == [5] * 5
    assert probe.readings == 1
    reader.read(160.0)
    assert probe.readings == 2


def test_a_lane_that_stumbles_goes_on() -> None:
    answers: Iterator[Any] = iter([ValueError(), 7])

    def work() -> int:
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return int(found)

    lane = Lane("test", work)
    assert lane.ask()
    assert lane.answer(time.monotonic() + 5) is None
    assert lane.ask()
    assert lane.answer(time.monotonic() + 5) == 7
    lane.close(5)


def test_a_sample_is_of_a_full_second_and_knows_of_itself() -> None:
    made, taken = sampler()
    stop = threading.Event()
    thread = threading.Thread(target=made.run, args=[stop])
    thread.start()
    until(lambda: len(taken) >= 3, 20)
    stop.set()
    thread.join(40)
    assert all(one.t.microsecond == 0 and one.machine == this_machine() for one in taken)
    assert len({one.t for one in taken}) == len(taken)
    assert taken[-1].values["sampler.late_ms"] >= 0
    assert 0 <= taken[-1].values["sampler.cpu_percent"] < 100


# Who writes


@pytest.fixture
def away() -> threading.Event:
    """Set while the database is away."""
    return threading.Event()


@pytest.fixture
def nothing_stored(transactional_db: None) -> Iterator[None]:
    """Tables that hold no samples, before and after."""
    empty_tables()
    yield
    empty_tables()


@pytest.fixture
def backlog(nothing_stored: None, away: threading.Event) -> Iterator[Backlog]:
    """Writes to the real database but while it is away."""

    def writing(one: Sample) -> None:
        if away.is_set():
            raise OperationalError("the database is away")
        write(one)

    made = Backlog(writing, kept=5)
    yield made
    made.close(5)


def stored() -> list[tuple[datetime, float]]:
    """Return moments and first values of what is stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT t, vals[1] FROM metric_samples ORDER BY t")
        return [(t, value) for t, value in cursor.fetchall()]


def test_samples_wait_for_the_database_and_are_written_once(backlog: Backlog, away: threading.Event) -> None:
    start = timezone.now().replace(microsecond=0) - timedelta(seconds=60)
    backlog.add(sample(start, 0))
    until(lambda: len(stored()) == 1)
    away.set()
    for second in range(1, 4):
        backlog.add(sample(start + timedelta(seconds=second), second))
    time.sleep(0.3)
    assert len(stored()) == 1
    away.clear()
    until(lambda: len(stored()) == 4)
    assert stored() == [(start + timedelta(seconds=second), float(second)) for second in range(4)]
    assert len(backlog) == 0


def test_the_oldest_give_way_where_too_many_wait(backlog: Backlog, away: threading.Event) -> None:
    start = timezone.now().replace(microsecond=0) - timedelta(seconds=60)
    away.set()
    for second in range(9):
        backlog.add(sample(start + timedelta(seconds=second), second))
    assert len(backlog) == 5
    away.clear()
    until(lambda: len(backlog) == 0)
    assert [value for _, value in stored()] == [4, 5, 6, 7, 8]


def test_a_connection_that_broke_is_made_anew(backlog: Backlog) -> None:
    start = timezone.now().replace(microsecond=0) - timedelta(seconds=60)
    backlog.add(sample(start))
    until(lambda: len(stored()) == 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
    for second in (1, 2):
        backlog.add(sample(start + timedelta(seconds=second)))
    until(lambda: len(stored()) == 3)
    assert [t for t, _ in stored()] == [start + timedelta(seconds=second) for second in range(3)]


def test_one_that_cannot_be_stored_does_not_hold_up_the_others(backlog: Backlog) -> None:
    now = timezone.now().replace(microsecond=0)
    backlog.add(Sample(MACHINE, now, {"no.such_series": 1.0}))
    backlog.add(sample(now))
    until(lambda: len(stored()) == 1)
    assert stored()[0][0] == now


# The command


@pytest.fixture
def started(nothing_stored: None, tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Starts samplers over the test's database, with a data folder of their own."""
    running: list[subprocess.Popen[bytes]] = []

    def start(**variables: str) -> "subprocess.Popen[bytes]":
        own = {
            "DATABASE_URL": with_name(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"])),
            "DATA_DIR": str(tmp_path),
            "STAGING_DIR": str(settings.STAGING_DIR),
        }
        command = [sys.executable, "manage.py", "sampler"]
        running.append(subprocess.Popen(command, env={**os.environ, **own, **variables}))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def waits(pid: int) -> bool:
    """Say whether a sampler has come as far as the lock."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed in the meantime
            if link.readlink().name == "sampler.lock":
                return True
    return False


def test_it_goes_on_without_redis_and_is_alone(started: Callable[..., "subprocess.Popen[bytes]"]) -> None:
    first = started(REDIS_URL="unix:///nowhere/redis.sock")
    until(lambda: len(stored()) >= 3, 60)
    second = started()
    until(lambda: waits(second.pid), 60)
    count = len(stored())
    until(lambda: len(stored()) >= count + 3, 20)
    moments = [t for t, _ in stored()]
    assert max(later - before for before, later in pairwise(moments)) < timedelta(seconds=3)
    for process in (second, first):
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    last = max(t for t, _ in stored())
    assert datetime.now(UTC) - last < timedelta(seconds=10)
