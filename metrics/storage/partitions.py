"""Partitions: made on demand and ahead of time, by any number of processes at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from metrics.storage.levels import LEVELS, Level

# Names of partitions that are committed. One that retention drops is never asked for again: its moments are refused.
_known: set[str] = set()


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition that is there, and the moments it holds: from `start` to before `end`."""

    level: Level
    name: str
    start: datetime
    end: datetime


def ensure(level: Level, t: datetime) -> None:
    """See to it that there is a partition for the moment `t`.

    It is made as a table of its own and then attached: to attach holds up neither who reads nor who writes, not even
    for the length of a backup, which `CREATE TABLE … PARTITION OF` would.
    """
    name = level.partition(t)
    if name in _known:
        return
    start, end = level.bounds(t)
    with transaction.atomic(), connection.cursor() as cursor:
        if not _exists(cursor, name):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dynacomp.metrics.partitions'))")
            if not _exists(cursor, name):  # who waited finds it made
                cursor.execute(f"CREATE TABLE {name} (LIKE {level.table} INCLUDING ALL)")
                cursor.execute(
                    f"ALTER TABLE {level.table} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)",
                    [start, end],
                )
        transaction.on_commit(lambda: _known.add(name))


def ensure_ahead(now: datetime) -> None:
    """Make the partitions of today and tomorrow in all levels."""
    for level in LEVELS:
        for t in (now, now + timedelta(days=1)):
            ensure(level, t)


def existing(level: Level) -> Iterator[Partition]:
    """Yield the partitions of a level, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relid::regclass::text FROM pg_partition_tree(%s) WHERE isleaf AND level = 1 ORDER BY 1",
            [level.table],
        )
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        if found := re.fullmatch(rf"{level.table}_(\d{{4}})(\d\d)?(\d\d)?", name):
            year, month, day = (int(digits or 1) for digits in found.groups())
            start, end = level.bounds(datetime(year, month, day, tzinfo=UTC))
            yield Partition(level, name, start, end)


def drop(partition: Partition) -> None:
    """Drop it. Within the transaction that has seen that nothing in it is needed any more."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {partition.name}")
    _known.discard(partition.name)


def _exists(cursor: CursorWrapper, name: str) -> bool:
    # By a scan: `to_regclass` may answer from what it remembers of the time before the lock.
    cursor.execute("SELECT 1 FROM pg_class WHERE relname = %s AND pg_table_is_visible(oid)", [name])
    return cursor.fetchone() is not None
