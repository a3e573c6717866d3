"""Rolling up: what is stale is made anew of the level below. May be interrupted anywhere, repeated and overtaken."""

import time
from datetime import datetime

from django.db import connection, transaction

from metrics.storage import merging, partitions, rows
from metrics.storage.levels import EPOCH, MINUTES, ROLLED, Level, coarser, finer

# Who is at a bucket has its mark locked, and others pass over it. One who writes to the bucket meanwhile waits for the
# end of this and then marks it again: so what is read after the mark is gone is all, or there is a new mark.
TAKE = """
WITH taken AS MATERIALIZED (
  SELECT level, machine_id, t FROM metric_stale WHERE level = %s AND t >= %s AND t < %s
  ORDER BY t, machine_id LIMIT 1 FOR UPDATE {others}
)
DELETE FROM metric_stale s USING taken
WHERE s.level = taken.level AND s.machine_id = taken.machine_id AND s.t = taken.t
RETURNING s.machine_id, s.t
"""
MARK = """
INSERT INTO metric_stale (level, machine_id, t) VALUES (%s, %s, %s)
ON CONFLICT (level, machine_id, t) DO UPDATE SET marked_at = now()
"""


def roll_up(now: datetime, *, budget_s: float = 3600) -> int:
    """Roll up all that is stale; return how many buckets that were. Begins none when `budget_s` are over.

    A minute is rolled up when it is over, an hour and a day whenever a minute in them was: so the current ones are
    there.
    """
    until = time.monotonic() + budget_s
    done = 0
    for level in ROLLED:
        end = now - level.step if level is MINUTES else now
        while time.monotonic() < until and roll_next(level, EPOCH, end + rows.TICK):
            done += 1
    return done


def roll_next(level: Level, start: datetime, end: datetime, *, wait: bool = False) -> bool:
    """Roll up the first stale bucket from `start` to before `end`, in a transaction; say whether there was one.

    One that somebody else is at is passed over, or waited for.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL synchronous_commit = off"
        )  # what is lost with the power is lost with its mark
        cursor.execute(
            TAKE.format(others="" if wait else "SKIP LOCKED"), [level.resolution.value, start, end]
        )
        taken = cursor.fetchone()
        if taken is not None:
            _roll(level, *taken)
    return taken is not None


def _roll(level: Level, machine: int, t: datetime) -> None:
    made = merging.merge(t, rows.whole(finer(level), machine, t, t + level.step))
    if made is None:
        return
    partitions.ensure(level, t)
    rows.put(level, machine, made)
    if above := coarser(level):
        with connection.cursor() as cursor:
            cursor.execute(MARK, [above.resolution.value, machine, above.bucket(t)])
