"""Writing, rolling up and reading: what goes in comes out, at every resolution and at once."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from metrics.choices import Resolution
from metrics.storage import reading, rolling
from metrics.types import Point
from tests.metrics.samples import CPU, MACHINE, seconds, store

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
