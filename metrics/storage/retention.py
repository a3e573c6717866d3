"""Dropping what is not kept any longer: whole partitions, and never a point that is not rolled up."""

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction

from metrics.storage import partitions, rolling
from metrics.storage.levels import LEVELS, coarser
from metrics.storage.partitions import Partition

log = logging.getLogger(__name__)

# A sample that was young enough when its writer looked is stored by then.
GRACE = timedelta(hours=1)
# Who waits for the lock has everybody else wait behind it.
PATIENCE = "2s"


def drop_expired(now: datetime) -> list[str]:
    """Drop the partitions that hold nothing but what is too old; return their names.

    From fine to coarse: what is stale in one of samples is rolled up into minutes before the minutes of its time are
    looked at.
    """
    dropped = []
    for level in LEVELS:
        since = level.kept_since(now - GRACE)
        if since is None:
            continue
        for partition in partitions.existing(level):
            if partition.end <= since:
                _drop(partition)
                dropped.append(partition.name)
    return dropped


def _drop(partition: Partition) -> None:
    _roll_stale(partition, wait=False)  # in short transactions: next to nothing is left for the long one
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            # Waits for those who write to it, and lets nobody else.
            cursor.execute(f"LOCK TABLE {partition.name} IN SHARE ROW EXCLUSIVE MODE")
        _roll_stale(partition, wait=True)
        partitions.drop(partition)
    log.info("dropped %s", partition.name)


def _roll_stale(partition: Partition, *, wait: bool) -> None:
    above = coarser(partition.level)
    while above is not None and rolling.roll_next(above, partition.start, partition.end, wait=wait):
        pass
