"""A window of time of one machine: what is rolled up, with what is not yet made anew from the level below."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import connection

from metrics.storage import merging, rows
from metrics.storage.levels import LEVELS, SAMPLES, Level, finer
from metrics.storage.merging import Row


class Window:
    """The series `names` of a machine from `start` to before `end`.

    Marks are read first and rows later: a bucket that is rolled up in between is made anew for nothing, and none is
    shown as it was before its last sample.
    """

    def __init__(self, machine: int, names: Sequence[str], start: datetime, end: datetime) -> None:
        self._machine = machine
        self._names = tuple(names)
        self._start, self._end = start, end
        self._stale = _stale(machine, start, end)

    def rows(self, level: Level) -> Iterator[Row]:
        """Yield the buckets of a level that overlap the window, in order, the one that is not over yet included."""
        yield from self._rows(
            level, level.bucket(self._start) if level is not SAMPLES else self._start, self._end
        )

    def _rows(self, level: Level, start: datetime, end: datetime) -> Iterator[Row]:
        stored = rows.selected(level, self._machine, self._names, start, end)
        if level is SAMPLES:
            yield from stored
            return
        stale = iter(self._stale_between(level, start, end))
        next_stale = next(stale, None)
        for row in stored:
            while next_stale is not None and next_stale < row.t:
                yield from self._anew(level, next_stale)
                next_stale = next(stale, None)
            if next_stale == row.t:
                yield from self._anew(level, row.t, row)
                next_stale = next(stale, None)
            else:
                yield row
        while next_stale is not None:
            yield from self._anew(level, next_stale)
            next_stale = next(stale, None)

    def _anew(self, level: Level, t: datetime, stored: Row | None = None) -> Iterator[Row]:
        """Yield the bucket made of the level below; where that has nothing of it any more, as it is stored."""
        made = merging.merge(t, self._rows(finer(level), t, t + level.step)) or stored
        if made is not None:
            yield made

    def _stale_between(self, level: Level, start: datetime, end: datetime) -> list[datetime]:
        times = self._stale[level.resolution]
        return times[bisect_left(times, start) : bisect_left(times, end)]


def _stale(machine: int, start: datetime, end: datetime) -> Mapping[str, list[datetime]]:
    """Return for each level its buckets that are not rolled up, or made of such, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT level, t FROM metric_stale WHERE machine_id = %s AND t >= %s AND t < %s",
            [machine, LEVELS[-1].bucket(start), LEVELS[-1].bucket(end) + LEVELS[-1].step],
        )
        marks = cursor.fetchall()
    order = [level.resolution.value for level in LEVELS]
    return {
        level.resolution: sorted({level.bucket(t) for below, t in marks if order.index(below) <= place})
        for place, level in enumerate(LEVELS)
    }
