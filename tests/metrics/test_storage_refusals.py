"""What is not stored, and what layouts come of series that come and go."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from metrics.choices import Resolution
from metrics.models import Layout
from metrics.storage import errors, reading, rolling
from metrics.storage.levels import SAMPLES
from metrics.storage.writing import LARGEST, write
from metrics.types import Point, Sample
from tests.metrics.samples import CPU, store

pytestmark = pytest.mark.django_db


def stored() -> tuple[int, int]:
    """Return how many samples and how many marks there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM metric_samples), (SELECT count(*) FROM metric_stale)")
        samples, marks = cursor.fetchone()
    return samples, marks


def test_samples_of_another_time_are_refused_and_leave_nothing() -> None:
    now = timezone.now()
    oldest = SAMPLES.kept_since(now)
    assert oldest is not None
    with pytest.raises(errors.TooOld):
        store(oldest - timedelta(microseconds=1))
    with pytest.raises(errors.InTheFuture):
        store(now + timedelta(minutes=6))
    with pytest.raises(errors.UnknownSeries, match="nonsense"):
        store(now, system__nonsense=1)
    with pytest.raises(errors.UnknownSeries):
        write(Sample("anvil", now, {f"system.core_percent.{'x' * 200}": 1}))
    assert stored() == (0, 0)
    store(oldest)
    store(now + timedelta(minutes=4))
    assert stored() == (2, 2)


def test_what_is_no_number_is_left_out() -> None:
    store(
        timezone.now(),
        system__load_1=float("nan"),
        system__load_5=float("-inf"),
        system__load_15=-LARGEST,
        http__requests_s=LARGEST * 10,
    )
    found = reading.latest()
    assert found is not None
    assert found.values == {CPU: 10.0, "system.load_15": -LARGEST}


def test_the_later_of_two_samples_of_a_moment_stays() -> None:
    now = timezone.now()
    store(now, 1, system__load_1=1)
    store(now, 2)
    assert stored() == (1, 1)
    found = reading.latest()
    assert found is not None
    assert found.values == {CPU: 2.0}


def test_layouts_only_grow_while_series_come_and_go() -> None:
    t = timezone.now() - timedelta(minutes=2)
    for second, name in enumerate(["system.load_1", "system.load_5", "system.load_1", "system.load_15"]):
        write(Sample("of-its-own", t + timedelta(seconds=second), {CPU: 1.0, name: second}))
    assert Layout.objects.count() == 3
    assert len(Layout.objects.order_by("pk").last().names) == 4  # type: ignore[union-attr]
    used, points = reading.history("system.load_1", t, t + timedelta(minutes=1), Resolution.RAW, "of-its-own")
    assert (used, [point.mean for point in points]) == (Resolution.RAW, [0, 2])
    rolling.roll_up(timezone.now())
    _, days = reading.history("system.load_1", t, t + timedelta(minutes=1), Resolution.DAY, "of-its-own")
    (day,) = days
    assert (day.low, day.high, day.count) == (0, 2, 2)


def test_machines_are_apart_and_the_one_that_lives_is_meant() -> None:
    now = timezone.now()
    store(now - timedelta(minutes=5), 1, machine="old")
    store(now - timedelta(seconds=5), 2, machine="anvil")
    store(now, 3, machine="bellows")
    window = (now - timedelta(hours=1), now + timedelta(seconds=1))

    def points(machine: str | None) -> list[Point]:
        return list(reading.history(CPU, *window, Resolution.RAW, machine)[1])

    assert [point.mean for point in points("bellows")] == [3]
    assert points(None) == points("anvil")
    assert points("nowhere") == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM metric_samples WHERE t > %s", [now - timedelta(minutes=1)])
    assert points(None) == points("old")
