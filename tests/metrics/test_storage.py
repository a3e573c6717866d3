"""Writing, rolling up and reading: what goes in comes out, at every resolution and at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from metrics import storage
from metrics.choices import Resolution
from metrics.storage import Seen, reading, rolling, rows
from metrics.types import Point
from tests.metrics.samples import CPU, MACHINE, seconds, store

ROLLED = [Resolution.MINUTE, Resolution.HOUR, Resolution.DAY]
pytestmark = pytest.mark.django_db


def full_minute() -> datetime:
    return (timezone.now() - timedelta(hours=1)).replace(minute=30, second=0, microsecond=0)


def points(metric: str, start: datetime, end: datetime, resolution: Resolution | None = None) -> list[Point]:
    return list(reading.history(metric, start, end, resolution)[1])


def test_the_newest_sample_comes_back_as_it_was_written() -> None:
    t = full_minute()
    store(t - timedelta(seconds=1), 5)
    context = {"jobs": [{"id": "1", "title": "a\0b\udcff"}], "processes": [{"cpu_percent": float("nan")}]}
    store(t, 50.5, context=context, system__load_1=2, system__load_5=float("inf"))
    found = reading.latest()
    assert found is not None
    assert (found.machine, found.t, found.values) == (MACHINE, t, {CPU: 50.5, "system.load_1": 2.0})
    assert found.context == {
        "jobs": [{"id": "1", "title": "a\N{REPLACEMENT CHARACTER}b?"}],
        "processes": [{"cpu_percent": None}],
    }
    assert reading.latest("elsewhere") is None


def test_a_spike_of_a_second_is_seen_at_every_resolution_before_and_after_it_is_rolled_up() -> None:
    t = full_minute()
    for moment in seconds(t, 120):
        store(moment, 99.0 if moment == t + timedelta(seconds=7) else 10.0)
    end = t + timedelta(minutes=2)
    before = {resolution: points(CPU, t, end, resolution) for resolution in Resolution}
    assert rolling.roll_up(timezone.now()) == 2 + 1 + 1
    for resolution in Resolution:
        found = points(CPU, t, end, resolution)
        assert found == before[resolution]
        assert max(point.high for point in found) == 99.0
        assert sum(point.count for point in found) == 120
    assert points(CPU, t, end, Resolution.MINUTE)[0] == Point(t, 10.0, (59 * 10 + 99) / 60, 99.0, 60)


def test_what_ran_in_a_spike_is_found_from_the_second_and_from_the_day() -> None:
    t = full_minute()
    spike = t + timedelta(seconds=42)
    busy = {"jobs": [{"id": "7", "kind": "compress"}], "processes": [{"name": "worker", "pid": 1}]}
    for moment in seconds(t, 120):
        calm = {"jobs": [], "processes": [{"name": "web", "pid": 2}]}
        store(moment, 99 if moment == spike else 10, context=busy if moment == spike else calm)
    found = [storage.moment(spike), storage.moment(t, resolution=Resolution.DAY)]
    rolling.roll_up(timezone.now())
    found += [storage.moment(t, resolution=resolution) for resolution in ROLLED]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM metric_samples")
    found += [storage.moment(t, resolution=resolution) for resolution in Resolution]
    for one in found:
        assert one is not None
        assert (one.machine, one.t, one.cpu_percent) == (MACHINE, spike, 99.0)
        assert (list(one.jobs), list(one.processes)) == (busy["jobs"], busy["processes"])
    assert [one.resolution for one in found if one] == ["raw"] * 5 + ["minute"] * 4
    assert storage.moment(t - timedelta(days=3)) is None


def test_the_spike_of_another_series_is_followed_down_to_its_second() -> None:
    t = full_minute()
    for number, moment in enumerate(seconds(t, 10, 7)):
        store(
            moment,
            90 - number,
            context={"jobs": [{"id": number}], "processes": []},
            system__load_1=number % 9,
        )
    found = storage.moment(t, resolution=Resolution.HOUR, metric="system.load_1")
    assert found is not None
    assert (found.t, found.cpu_percent, found.jobs) == (t + timedelta(seconds=56), 82.0, [{"id": 8}])


def test_series_are_known_with_their_first_and_last_time() -> None:
    t = full_minute()
    store(t, system__load_1=1)
    store(t + timedelta(minutes=1), machine="bellows", system__load_5=1)
    rolling.roll_up(timezone.now())
    now = timezone.now()
    store(now)
    assert storage.seen_series() == [
        Seen(CPU, t, now),
        Seen("system.load_1", t, t),
    ]
    assert storage.series("bellows") == [CPU, "system.load_5"]
    assert storage.series("nowhere") == []


def test_a_window_is_read_while_it_is_taken(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    t = full_minute()
    for moment in seconds(t, 120):
        store(moment)
    monkeypatch.setattr(rows, "LARGEST_PAGE", 50)
    _, found = reading.history(CPU, t, t + timedelta(minutes=2), Resolution.RAW, MACHINE)
    with django_assert_num_queries(3):  # machine, marks, a page
        first = [next(found) for _ in range(50)]
    with django_assert_num_queries(2):
        rest = list(found)
    assert [point.t for point in first + rest] == list(seconds(t, 120))
