"""What a rule would have done: the same state machine over what is stored.

Samples give exactly what would have happened. Of longer buckets is known how high and how low the values were, not
when: the wrong end of a bucket stands for all of it, so that the preview shows everything that can have fired, and
perhaps more.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from metrics import storage
from metrics.alerting.choices import Direction, Status
from metrics.alerting.machine import SILENT_S, Change, Condition, advance
from metrics.alerting.matching import series_of
from metrics.alerting.models import AlertRule
from metrics.choices import Resolution
from metrics.models import Machine
from metrics.storage.levels import level_of

MOST_POINTS = 200_000
PICTURE_POINTS = 400
ORDER = (Resolution.RAW, Resolution.MINUTE, Resolution.HOUR, Resolution.DAY)


@dataclass(frozen=True, slots=True)
class Interval:
    """From when to when it would have fired; `end` is None where it has not ended. `worst` is the worst value in it."""

    start: datetime
    end: datetime | None
    worst: float


@dataclass(frozen=True, slots=True)
class Line:
    """One series: when it would have fired, and its course in few points (moment and wrong end)."""

    machine: str
    series: str
    intervals: Sequence[Interval]
    course: Sequence[tuple[datetime, float]]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would have done from `start` to `end`. `is_exact`: seen by the second."""

    start: datetime
    end: datetime
    resolution: Resolution
    lines: Sequence[Line]

    @property
    def is_exact(self) -> bool:
        """Whether it is what would have happened, and no bound of it."""
        return self.resolution == Resolution.RAW

    @property
    def count(self) -> int:
        """How often it would have fired."""
        return sum(len(line.intervals) for line in self.lines)

    @property
    def seconds(self) -> float:
        """For how long, all series together."""
        ends = ((one.end or self.end) - one.start for line in self.lines for one in line.intervals)
        return sum(length.total_seconds() for length in ends)


def preview(rule: AlertRule, start: datetime, end: datetime) -> Preview:
    """Return what `rule`, which need not be saved, would have done between two moments."""
    machines = [rule.machine] if rule.machine else list(Machine.objects.values_list("name", flat=True))
    asked = [
        (machine, name) for machine in machines for name in series_of(rule.metric, storage.series(machine))
    ]
    used = _resolution(start, end, max(1, len(asked)))
    lines = [_line(rule, machine, series, start, end, used) for machine, series in asked]
    return Preview(start, end, used, lines)


def _resolution(start: datetime, end: datetime, count: int) -> Resolution:
    """Return the finest resolution that is kept for so long and is not too much to read."""
    now = timezone.now()
    for resolution in ORDER:
        since = level_of(resolution).kept_since(now)
        if (since is None or start >= since) and (end - start) / resolution.step * count <= MOST_POINTS:
            return resolution
    return Resolution.DAY


def _line(
    rule: AlertRule, machine: str, series: str, start: datetime, end: datetime, used: Resolution
) -> Line:
    condition = _condition(rule, used)
    points = list(_points(rule, machine, series, start, end, used))
    _, changes = advance(None, points, min(end, timezone.now()).timestamp(), condition)
    return Line(machine, series, _intervals(rule, changes, points), _course(rule, points))


def _condition(rule: AlertRule, used: Resolution) -> Condition:
    one = rule.condition
    silent_s = SILENT_S if used == Resolution.RAW else SILENT_S + used.step.total_seconds()
    return Condition(
        one.direction, one.threshold, one.clear_threshold, one.for_s, one.clear_for_s, silent_s=silent_s
    )


def _points(
    rule: AlertRule, machine: str, series: str, start: datetime, end: datetime, used: Resolution
) -> Iterator[tuple[float, float]]:
    """Yield moments and values; a bucket is at its wrong end from its beginning until the next one begins."""
    _, found = storage.history(series, start, end, used, machine)
    length = 0.0 if used == Resolution.RAW else (used.step - timedelta(seconds=1)).total_seconds()
    for point in found:
        t = point.t.timestamp()
        value = point.high if rule.direction == Direction.ABOVE else point.low
        yield t, value
        if length:
            yield t + length, value


def _intervals(
    rule: AlertRule, changes: Sequence[Change], points: Sequence[tuple[float, float]]
) -> list[Interval]:
    """Return the times from a change to firing until the change to fine; to go silent in between is no end."""
    found: list[tuple[float, float | None]] = []
    for change in changes:
        is_open = bool(found) and found[-1][1] is None
        if change.after == Status.FIRING and not is_open:
            found.append((change.t, None))
        elif change.after == Status.OK and is_open:
            found[-1] = (found[-1][0], change.t)
    return [_interval(rule, begin, end, points) for begin, end in found]


def _interval(
    rule: AlertRule, begin: float, end: float | None, points: Sequence[tuple[float, float]]
) -> Interval:
    first = bisect_left(points, (begin,))
    last = len(points) if end is None else bisect_left(points, (end,))
    worst = max if rule.direction == Direction.ABOVE else min
    return Interval(
        datetime.fromtimestamp(begin, UTC),
        None if end is None else datetime.fromtimestamp(end, UTC),
        worst(value for _, value in points[first:last]),
    )


def _course(rule: AlertRule, points: Sequence[tuple[float, float]]) -> list[tuple[datetime, float]]:
    """Return few points of many, each the worst of its neighbours."""
    worst = max if rule.direction == Direction.ABOVE else min
    width = max(1, -(-len(points) // PICTURE_POINTS))
    groups = (points[first : first + width] for first in range(0, len(points), width))
    return [
        (datetime.fromtimestamp(group[0][0], UTC), worst(value for _, value in group)) for group in groups
    ]
