"""Faults, on real connections: a roll-up that dies anywhere, late samples, several at once. No point is ever wrong."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from metrics.choices import Resolution
from metrics.storage import reading, rolling
from metrics.storage.writing import write
from metrics.types import Point, Sample
from tests.metrics.samples import CPU, empty_tables, seconds, store

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def tables(transactional_db: None) -> Iterator[None]:
    """Leave nothing to the next test."""
    empty_tables()
    yield
    empty_tables()


class Killed(Exception):
    """The process is gone."""


def killed_before(number: int, work: Callable[[], object]) -> bool:
    """Do the work, and end its connection before its statement of this number; say whether it came that far."""
    left = [number]

    def kill(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            connection.connection.close()
            raise Killed
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(kill):
            work()
    except Exception as error:
        if not isinstance(error, Killed) and not isinstance(error.__context__, Killed):
            raise
        connection.close()
        return True
    return False


def told(t: datetime, length: timedelta = timedelta(hours=3)) -> dict[str, list[Point]]:
    """Return what history says at each resolution."""
    return {resolution: list(reading.history(CPU, t, t + length, resolution)[1]) for resolution in Resolution}


def in_thread(work: Callable[[], Any]) -> Any:
    """Do the work and give the thread's connection back."""
    try:
        return work()
    finally:
        connection.close()


def half_past() -> datetime:
    """Return half past noon of yesterday: all tests stay within that day."""
    return (timezone.now() - timedelta(days=1)).replace(hour=12, minute=30, second=0, microsecond=0)


def test_a_roll_up_that_dies_before_any_statement_is_made_good_by_the_next() -> None:
    t = half_past()
    for moment in seconds(t, 4, 30):
        store(moment, moment.second)
    expected = told(t)
    for number in range(1000):
        came_that_far = killed_before(number, lambda: rolling.roll_up(timezone.now()))
        assert told(t) == expected, f"killed before statement {number}"
        store(t, 0)  # both minutes and all above are stale again
        store(t + MINUTE, 0)
        if not came_that_far:
            break
    assert number > 20
    rolling.roll_up(timezone.now())
    assert told(t) == expected
    assert rolling.roll_up(timezone.now()) == 0


def test_a_write_that_dies_before_any_statement_leaves_all_or_nothing() -> None:
    t = half_past()
    for number in range(100):
        machine, series = f"anvil-{number}", f"queue.depth.{number}"  # both are new to the database
        came_that_far = killed_before(number, lambda: write(Sample(machine, t, {series: 1.0})))  # noqa: B023
        rolling.roll_up(timezone.now())
        for resolution in Resolution:
            _, points = reading.history(series, t, t + MINUTE, resolution, machine)
            assert len(list(points)) == (0 if came_that_far else 1)
        if not came_that_far:
            break
    assert number > 5


def test_late_samples_reach_every_level() -> None:
    t = half_past()
    store(t, 1)
    rolling.roll_up(timezone.now())
    for moment in (t + timedelta(seconds=30), t + 40 * MINUTE):
        store(moment, 99)
        before = told(t)
        assert rolling.roll_up(timezone.now()) == 3
        assert told(t) == before
        assert all(max(point.high for point in points) == 99 for points in before.values())


def test_a_bucket_whose_finer_rows_are_gone_stays_as_it_is() -> None:
    t = half_past()
    store(t, 1)
    rolling.roll_up(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM metric_samples")
        cursor.execute(
            "INSERT INTO metric_stale (level, machine_id, t) SELECT 'minute', id, %s FROM metric_machines",
            [t],
        )
    before = told(t)
    assert [point.mean for point in before["minute"]] == [1]
    assert rolling.roll_up(timezone.now()) == 1
    assert told(t) == before


def test_who_writes_into_a_minute_that_is_rolled_up_waits_and_marks_it_again() -> None:
    t = half_past()
    store(t, 1)
    taken, go_on = threading.Event(), threading.Event()

    def pause(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        if sql.lstrip().startswith("WITH taken") and not taken.is_set():
            taken.set()
            assert go_on.wait(40)
        return found

    def roll() -> int:
        with connection.execute_wrapper(pause):
            return rolling.roll_up(timezone.now())

    with ThreadPoolExecutor(2) as pool:
        rolled = pool.submit(in_thread, roll)
        assert taken.wait(40)
        written = pool.submit(in_thread, lambda: store(t + timedelta(seconds=1), 99))
        with pytest.raises(TimeoutError):
            written.result(0.3)  # its mark is the one that is being deleted
        go_on.set()
        written.result(10)
        rolled.result(10)
    rolling.roll_up(timezone.now())
    assert [(point.high, point.count) for point in told(t)["minute"]] == [(99, 2)]


def test_a_minute_that_is_written_to_is_passed_over() -> None:
    t = half_past()
    store(t, 1)
    written, commit = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            store(t + timedelta(seconds=1), 99)
            written.set()
            assert commit.wait(40)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(in_thread, hold)
        assert written.wait(40)
        assert rolling.roll_up(timezone.now()) == 0
        commit.set()
        writing.result(10)
    assert rolling.roll_up(timezone.now()) == 3
    assert [(point.high, point.count) for point in told(t)["minute"]] == [(99, 2)]


@pytest.mark.parametrize("seed", range(3))
def test_several_roll_ups_and_writers_at_once_lose_nothing(seed: int) -> None:
    chance = random.Random(seed)
    t = half_past()
    moments = [t + timedelta(seconds=number * 20) for number in range(240)]
    values = {moment: round(chance.uniform(0, 100), 3) for moment in moments}
    chance.shuffle(moments)
    done = threading.Event()

    def roll() -> None:
        while not done.is_set():
            rolling.roll_up(timezone.now(), budget_s=0.05)

    def store_all(some: list[datetime]) -> None:
        for number, moment in enumerate(some):  # layouts grow meanwhile
            store(moment, values[moment], **{f"jobs__running__{number // 20}": 1.0})  # type: ignore[arg-type]

    with ThreadPoolExecutor(5) as pool:
        rolls = [pool.submit(in_thread, roll) for _ in range(3)]
        writes = [pool.submit(in_thread, partial(store_all, moments[part::2])) for part in range(2)]
        for written in writes:
            written.result(60)
        done.set()
        for rolled in rolls:
            rolled.result(60)
    before = told(t)
    rolling.roll_up(timezone.now())
    found = told(t)
    for resolution in Resolution:
        assert found[resolution] == before[resolution]
        assert sum(point.count for point in found[resolution]) == len(values)
        assert max(point.high for point in found[resolution]) == max(values.values())
        assert min(point.low for point in found[resolution]) == min(values.values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM metric_stale")
        assert cursor.fetchone() == (0,)


def test_a_mean_over_the_levels_is_the_mean_of_the_samples() -> None:
    t = half_past()
    for number, moment in enumerate(seconds(t, 60, 61)):
        store(moment, number**2 / 7)
    rolling.roll_up(timezone.now())
    (day,) = told(t)["day"]
    assert day.mean == pytest.approx(sum(number**2 / 7 for number in range(60)) / 60, rel=1e-12)
