"""Which series a machine has, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from metrics.storage.levels import DAYS, EPOCH, HOURS, MINUTES, SAMPLES, Level
from metrics.storage.reading import machine_of
from metrics.storage.rows import columns_of

# What a finer level knows is asked of it for as long as this, so that no table is read whole but the days.
HOURS_KNOW, MINUTES_KNOW, SAMPLES_KNOW = timedelta(days=2), timedelta(hours=1), timedelta(minutes=2)

SEEN = """
SELECT {place}, n.name, min(r.t), max(r.t)
FROM {table} r JOIN metric_layouts l ON l.id = r.layout_id, unnest(l.names, r.{column}) AS n(name, value)
WHERE r.machine_id = %s AND r.t >= %s AND n.value IS NOT NULL GROUP BY n.name
"""
# What is not rolled up no level but the samples knows; by layout, because after an outage of the clock it is much.
UNROLLED = """
SELECT {place}, n.name, min(r.earliest), max(r.latest) FROM (
  SELECT layout_id, min(t) AS earliest, max(t) AS latest FROM metric_samples
  WHERE machine_id = %s AND t >= (
    SELECT coalesce(min(t), 'infinity') FROM metric_stale WHERE level = 'minute' AND machine_id = %s
  ) AND t < %s GROUP BY layout_id
) r JOIN metric_layouts l ON l.id = r.layout_id, unnest(l.names) AS n(name) GROUP BY n.name
"""
# A series is in a layout only if it had a value.
NAMES = """
SELECT DISTINCT unnest(names) FROM metric_layouts WHERE id IN (
  SELECT layout_id FROM metric_days WHERE machine_id = %s
  UNION
  SELECT layout_id FROM metric_samples WHERE machine_id = %s AND t >= (
    SELECT coalesce(min(t), 'infinity') FROM metric_stale WHERE level = 'minute' AND machine_id = %s
  )
)
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A series with the first and the last time that it had a value.

    The times are exact to the second for what was a minute ago, to the minute and to the hour for what was within the
    hour and the last two days, and to the day for what was before that.
    """

    name: str
    first: datetime
    last: datetime


def series(machine: str | None = None) -> list[str]:
    """Return the names of the series that a machine has or had, in order."""
    found = machine_of(machine)
    if found is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(NAMES, [found.pk] * 3)
        return sorted(name for (name,) in cursor.fetchall())


def seen_series(machine: str | None = None) -> list[Seen]:
    """Return the series that a machine has or had, in order of name."""
    found = machine_of(machine)
    if found is None:
        return []
    now = timezone.now()
    asked = [
        (DAYS, EPOCH),
        (HOURS, DAYS.bucket(now - HOURS_KNOW)),
        (MINUTES, HOURS.bucket(now - MINUTES_KNOW)),
        (SAMPLES, MINUTES.bucket(now - SAMPLES_KNOW)),
    ]
    since = [start for _, start in asked]
    first: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    for place, name, earliest, latest in _times(found.pk, asked):
        known = first.get(name, earliest)
        # The day says midnight of what the hours know better, as soon as they know all of that day.
        better = place < len(since) and known >= since[place]
        first[name] = earliest if better else min(known, earliest)
        last[name] = max(last.get(name, latest), latest)
    return [Seen(name, first[name], last[name]) for name in sorted(first)]


def _times(machine: int, asked: list[tuple[Level, datetime]]) -> list[tuple[int, str, datetime, datetime]]:
    """Return the first and the last time of each series in each of the levels, the coarse levels first."""
    queries = [
        SEEN.format(place=place, table=level.table, column=columns_of(level)[0])
        for place, (level, _) in enumerate(asked)
    ]
    queries.append(UNROLLED.format(place=len(asked)))
    values = [value for _, since in asked for value in (machine, since)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(queries) + " ORDER BY 1", [*values, machine, machine, asked[-1][1]])
        return list(cursor.fetchall())
