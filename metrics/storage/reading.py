"""What was stored: the newest sample, series over a window at any resolution, and what ran at a moment."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from metrics.choices import Resolution
from metrics.models import Machine
from metrics.storage.errors import NotKept
from metrics.storage.levels import EPOCH, LEVELS, SAMPLES, Level, level_of
from metrics.storage.merging import Row
from metrics.storage.rows import decoded
from metrics.storage.windows import Window
from metrics.types import Point, Sample

# About as many as a chart has pixels.
MOST_POINTS = 1500
ALIVE = timedelta(minutes=1)

# The newest sample of each machine, by the index of each partition.
NEWEST = """
SELECT m.id, m.name, s.t FROM metric_machines m
CROSS JOIN LATERAL
  (SELECT t FROM metric_samples WHERE machine_id = m.id AND t >= %s ORDER BY t DESC LIMIT 1) s
ORDER BY s.t < %s, CASE WHEN s.t < %s THEN s.t END DESC, m.id LIMIT 1
"""


def main_machine() -> Machine | None:
    """Return the machine that is meant where none is named: of those that live the first, else the last that did."""
    now = timezone.now()
    since = _oldest_sample(now)
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [since, now - ALIVE, now - ALIVE])
        found = cursor.fetchone()
    return Machine(pk=found[0], name=found[1]) if found else Machine.objects.order_by("-pk").first()


def machine_of(name: str | None) -> Machine | None:
    """Return the machine of this name, or the main one; None where there is no such."""
    return main_machine() if name is None else Machine.objects.filter(name=name).first()


def latest(machine: str | None = None) -> Sample | None:
    """Return the newest sample of a machine that is still kept, or None."""
    found = machine_of(machine)
    if found is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.t, l.names, s.vals, s.context FROM metric_samples s"
            " JOIN metric_layouts l ON l.id = s.layout_id"
            " WHERE s.machine_id = %s AND s.t >= %s ORDER BY s.t DESC LIMIT 1",
            [found.pk, _oldest_sample(timezone.now())],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    t, names, values, context = row
    given = {name: value for name, value in zip(names, values, strict=False) if value is not None}
    return Sample(found.name, t, given, decoded(context))


def newest(machine: str) -> datetime | None:
    """Return the moment of the newest sample of a machine, or None."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t FROM metric_samples WHERE machine_id = (SELECT id FROM metric_machines WHERE name = %s)"
            " AND t >= %s ORDER BY t DESC LIMIT 1",
            [machine, _oldest_sample(timezone.now())],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def fitting(start: datetime, end: datetime, now: datetime) -> Resolution:
    """Return the finest resolution that is kept since `start` and gives no more than about `MOST_POINTS` points."""
    for level in LEVELS:
        since = level.kept_since(now)
        if (since is None or start >= since) and (end - start) / level.step <= MOST_POINTS:
            return level.resolution
    return Resolution.DAY


def history(
    metric: str,
    start: datetime,
    end: datetime,
    resolution: Resolution | None = None,
    machine: str | None = None,
) -> tuple[Resolution, Iterator[Point]]:
    """Return the resolution and the points of a series from `start` to before `end`; see `histories`."""
    used, found = histories([metric], start, end, resolution, machine)
    return used, (point for _, (point,) in found if point is not None)


def histories(
    metrics: Sequence[str],
    start: datetime,
    end: datetime,
    resolution: Resolution | None = None,
    machine: str | None = None,
) -> tuple[Resolution, Iterator[tuple[datetime, list[Point | None]]]]:
    """Return the resolution, and for each bucket its beginning and the point of each series, None where it has none.

    Without a resolution the one that fits is chosen. What is not rolled up yet is there as well. Raises `NotKept` for
    one that is dropped at `start` already. The points are read while they are taken: their number is not bounded.
    """
    now = timezone.now()
    used = resolution or fitting(start, end, now)
    level = level_of(used)
    since = level.kept_since(now)
    if since is not None and start < since:
        raise NotKept(used, since)
    return used, _points(level, metrics, start, end, machine)


def _points(
    level: Level, metrics: Sequence[str], start: datetime, end: datetime, machine: str | None
) -> Iterator[tuple[datetime, list[Point | None]]]:
    found = machine_of(machine)
    if found is None or not metrics:
        return
    names = tuple(dict.fromkeys(metrics))
    for row in Window(found.pk, names, start, end).rows(level):
        points = dict(zip(names, _points_of(row), strict=True))
        yield row.t, [points[name] for name in metrics]


def _points_of(row: Row) -> Iterator[Point | None]:
    for low, mean, high, count in zip(row.low, row.mean, row.high, row.counts, strict=True):
        known = low is not None and mean is not None and high is not None
        yield Point(row.t, low, mean, high, count) if known else None  # type: ignore[arg-type]


def _oldest_sample(now: datetime) -> datetime:
    return SAMPLES.kept_since(now) or EPOCH
