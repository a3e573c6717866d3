"""Partitions: made by several at once and dropped without a point that is not rolled up."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from metrics import duties
from metrics.choices import Resolution
from metrics.storage import partitions, reading, retention, rolling
from metrics.storage.levels import DAYS, HOURS, LEVELS, MINUTES, SAMPLES, Level
from metrics.types import Point
from tests.metrics.samples import CPU, MACHINE, empty_tables, seconds, store
from tests.metrics.test_storage_faults import in_thread, killed_before

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def tables(transactional_db: None) -> Iterator[None]:
    """Begin without any partition, and leave none."""
    _drop_all()
    yield
    _drop_all()


def _drop_all() -> None:
    empty_tables()
    for level in LEVELS:
        for partition in partitions.existing(level):
            partitions.drop(partition)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Have it be another time for those who write and read."""

    def be(moment: datetime) -> None:
        for module in ("writing", "reading"):
            monkeypatch.setattr(f"metrics.storage.{module}.timezone.now", lambda: moment)

    return be


def names(level: Level) -> list[str]:
    return [partition.name for partition in partitions.existing(level)]


def points(resolution: Resolution) -> list[Point]:
    return list(reading.history(CPU, NOON, NOON + DAY, resolution, MACHINE)[1])


def test_partitions_are_a_day_a_month_and_a_year_long() -> None:
    for level, name, start, end in (
        (SAMPLES, "metric_samples_20271231", (2027, 12, 31), (2028, 1, 1)),
        (MINUTES, "metric_minutes_202712", (2027, 12, 1), (2028, 1, 1)),
        (HOURS, "metric_hours_202712", (2027, 12, 1), (2028, 1, 1)),
        (DAYS, "metric_days_2027", (2027, 1, 1), (2028, 1, 1)),
    ):
        partitions.ensure(level, datetime(2027, 12, 31, 23, 59, 59, 999_999, UTC))
        (made,) = partitions.existing(level)
        expected = (name, datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC))
        assert (made.name, made.start, made.end) == expected


def test_the_duty_makes_those_of_today_and_tomorrow() -> None:
    duties.make_partitions_ahead()
    today = timezone.now()
    for level in LEVELS:
        assert names(level) == sorted({level.partition(today), level.partition(today + DAY)})
    duties.make_partitions_ahead()


def test_several_make_the_same_partition_at_once() -> None:
    together = threading.Barrier(6)

    def make() -> None:
        together.wait(40)
        for level in LEVELS:
            partitions.ensure(level, NOON)

    partitions._known.clear()
    with ThreadPoolExecutor(6) as pool:
        for made in [pool.submit(in_thread, make) for _ in range(6)]:
            made.result(30)
    assert [names(level) for level in LEVELS] == [[level.partition(NOON)] for level in LEVELS]


def test_a_partition_that_was_not_committed_is_made_again() -> None:
    with transaction.atomic():
        partitions.ensure(SAMPLES, NOON)
        transaction.set_rollback(True)
    assert names(SAMPLES) == []
    partitions.ensure(SAMPLES, NOON)
    assert names(SAMPLES) == ["metric_samples_20260310"]


def test_who_reads_for_long_holds_up_no_partition() -> None:
    reading_, go_on = threading.Event(), threading.Event()

    def read() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for level in LEVELS:
                cursor.execute(f"LOCK TABLE {level.table} IN ACCESS SHARE MODE")  # as a backup does
            reading_.set()
            assert go_on.wait(40)

    with ThreadPoolExecutor(1) as pool:
        read_ = pool.submit(in_thread, read)
        assert reading_.wait(40)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
            for level in LEVELS:
                partitions.ensure(level, NOON)
            cursor.execute("RESET lock_timeout")
        go_on.set()
        read_.result(10)


def test_what_is_too_old_is_dropped_level_by_level_and_no_point_is_lost(
    at: Callable[[datetime], None],
) -> None:
    at(NOON + DAY)
    for moment in seconds(NOON, 100, 7):
        store(moment, 99.5 if moment == NOON + timedelta(seconds=70) else 1)
    for later, dropped, left in (
        (timedelta(days=2), "", Resolution.RAW),
        (timedelta(days=3), "metric_samples_20260310", Resolution.MINUTE),
        (timedelta(days=100), "", Resolution.MINUTE),
        (timedelta(days=125), "metric_minutes_202603", Resolution.HOUR),
        (timedelta(days=740), "", Resolution.HOUR),
        (timedelta(days=790), "metric_hours_202603", Resolution.DAY),
        (timedelta(days=20_000), "", Resolution.DAY),
    ):
        now = NOON + later
        at(now)
        assert retention.drop_expired(now) == ([dropped] if dropped else [])
        assert reading.fitting(NOON, NOON + timedelta(minutes=20), now) == left
        for level in LEVELS[LEVELS.index(next(one for one in LEVELS if one.resolution == left)) :]:
            found = points(level.resolution)
            assert (sum(point.count for point in found), max(point.high for point in found)) == (100, 99.5)


def test_what_was_never_rolled_up_is_when_it_is_dropped(at: Callable[[datetime], None]) -> None:
    at(NOON)
    store(NOON, 1)
    store(NOON + timedelta(seconds=200), 2)
    now = NOON + timedelta(days=1000)
    at(now)
    assert retention.drop_expired(now) == [
        "metric_samples_20260310",
        "metric_minutes_202603",
        "metric_hours_202603",
    ]
    (day,) = points(Resolution.DAY)
    assert (day.low, day.mean, day.high, day.count) == (1, 1.5, 2, 2)
    assert rolling.roll_up(now) == 0


def test_retention_that_dies_before_any_statement_is_made_good_by_the_next(
    at: Callable[[datetime], None],
) -> None:
    now = NOON + timedelta(days=1000)
    for number in range(1000):
        at(NOON)
        store(NOON, 1)
        store(NOON + timedelta(seconds=200), 2)
        at(now)
        came_that_far = killed_before(number, partial(retention.drop_expired, now))
        retention.drop_expired(now)
        (day,) = points(Resolution.DAY)
        assert (day.low, day.mean, day.high, day.count) == (1, 1.5, 2, 2), number
        assert names(SAMPLES) == names(MINUTES) == names(HOURS) == []
        if not came_that_far:
            break
    assert number > 20


def test_a_partition_that_is_written_to_is_not_dropped_under_the_writer(
    at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(NOON)
    store(NOON, 1)
    written, commit = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            store(NOON + timedelta(seconds=1), 99)
            written.set()
            assert commit.wait(40)

    now = NOON + timedelta(days=4)
    monkeypatch.setattr(retention, "PATIENCE", "300ms")
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(in_thread, hold)
        assert written.wait(40)
        rolling.roll_up(now)
        with pytest.raises(OperationalError, match="timeout"):
            retention.drop_expired(now)
        commit.set()
        writing.result(10)
    at(now)
    assert retention.drop_expired(now) == ["metric_samples_20260310"]
    assert [(point.high, point.count) for point in points(Resolution.MINUTE)] == [(99, 2)]


def test_the_duties_do_it_all() -> None:
    t = timezone.now() - timedelta(minutes=2)
    store(t, 7)
    duties.roll_up_samples()
    duties.drop_expired_partitions()
    with connection.cursor() as cursor:
        found: list[Any] = []
        for level in LEVELS[1:]:
            cursor.execute(f"SELECT count(*) FROM {level.table}")
            found += cursor.fetchone()
    assert found == [1, 1, 1]


def test_a_level_is_kept_no_shorter_than_what_is_made_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    from config import env
    from config.settings import metrics as settings

    monkeypatch.setenv("METRICS_KEEP_SAMPLES_DAYS", "10")
    monkeypatch.setenv("METRICS_KEEP_MINUTES_DAYS", "9")
    with pytest.raises(env.BadEnvironment, match="METRICS_KEEP_MINUTES_DAYS"):
        importlib.reload(settings)
    monkeypatch.undo()
    importlib.reload(settings)
