"""What ran at a moment: jobs and processes, of that second where samples are kept, else of the busiest one near it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from metrics.choices import Resolution
from metrics.storage import rows
from metrics.storage.levels import LEVELS, ROLLED, SAMPLES, Level, level_of
from metrics.storage.merging import CPU, Row
from metrics.storage.reading import machine_of
from metrics.storage.windows import Window

# A sampler that is late now and then still has a sample as near as this.
NEAR = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Moment:
    """What ran on `machine` in the second `t`, the last started job and the busiest process first; both lists
    are empty where nothing did.

    `resolution` says what is known that finely: of a bucket longer than a second, `t` is the second with the busiest
    processor, and of the others is not known what ran.
    """

    machine: str
    t: datetime
    resolution: Resolution
    cpu_percent: float | None
    jobs: Sequence[Mapping[str, Any]]
    processes: Sequence[Mapping[str, Any]]


def moment(
    t: datetime,
    machine: str | None = None,
    *,
    resolution: Resolution = Resolution.RAW,
    metric: str = CPU,
) -> Moment | None:
    """Return what ran in the second `t`; None where nothing was stored then.

    With another resolution `t` stands for the bucket that it is in: the second is looked for in which `metric` was
    highest, as far down as there are finer buckets.
    """
    found = machine_of(machine)
    if found is None:
        return None
    level = level_of(resolution)
    if level is not SAMPLES:
        level, t = _peak(found.pk, level, t, metric)
    for at in LEVELS[LEVELS.index(level) :]:
        row = _nearest(found.pk, at, t)
        if row is not None:
            return _moment(found.name, at, row)
    return None


def _peak(machine: int, level: Level, t: datetime, metric: str) -> tuple[Level, datetime]:
    """Return the finest bucket in which the highest value of the bucket is: its level and its beginning."""
    start, end, best = level.bucket(t), level.bucket(t) + level.step, (level, level.bucket(t))
    for below in reversed(LEVELS[: LEVELS.index(level)]):
        inside = Window(machine, [metric], start, end).rows(below)
        highest = max(
            ((high, row.t) for row in inside if (high := row.high[0]) is not None),
            key=lambda found: found[0],
            default=None,
        )
        if highest is None:
            break
        best = (below, highest[1])
        start, end = highest[1], highest[1] + below.step
    return best


def _nearest(machine: int, level: Level, t: datetime) -> Row | None:
    """Return the row that is nearest to `t`, one that says what ran before one that does not."""
    start, end = (t - NEAR, t + NEAR) if level is SAMPLES else (level.bucket(t), level.bucket(t) + level.step)
    near = rows.whole(level, machine, start, end)
    return min(near, key=lambda row: (row.context is None, abs(row.t - t)), default=None)


def _moment(machine: str, level: Level, row: Row) -> Moment:
    context = row.context or {}
    t = datetime.fromisoformat(context["t"]) if level in ROLLED and "t" in context else row.t
    busy = context.get("cpu_percent", _busy(row))
    return Moment(machine, t, level.resolution, busy, context.get("jobs", []), context.get("processes", []))


def _busy(row: Row) -> float | None:
    return row.high[row.names.index(CPU)] if CPU in row.names else None
