"""Totals of rows that never go down while the platform runs, though most rows are looked at once and some are deleted.

Rows have a moment of their own, which lies within the transaction that writes them. Before the horizon no transaction
is under way that could still show one, so what lies there is summed up once and kept; only the rows after it are
summed up at each look.

Where rows are gone that were counted after the horizon, what they came to is added for good.

What is kept is a file that the web processes share, in the folder that is emptied when the platform starts. One that
cannot be written is no harm: each process then remembers for itself.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import add, sub
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from core.disk import replace_text

log = logging.getLogger(__name__)

Labels = tuple[str, ...]
Numbers = tuple[int, ...]
Table = dict[Labels, Numbers]
Summing = Callable[[datetime | None, datetime | None], Table]

# What the clocks of the machines may differ by, and what a process may sleep between naming a moment and writing it.
MARGIN: Final = timedelta(minutes=5)
STEP: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a look leaves for the next one: sums before the horizon, what was lost since, and what was told last."""

    database: str
    horizon: datetime
    settled: Table
    lost: Table = field(default_factory=dict)
    told: Table = field(default_factory=dict)


class Growing:
    """Totals by labels, called `name`; `summing` returns those of the rows from one moment on and before another."""

    def __init__(self, name: str, summing: Summing) -> None:
        self._name, self._summing = name, summing
        self._kept: Kept | None = None
        self._lock = threading.Lock()

    def read(self) -> Table:
        """Return the totals as they are now, in one query for what is new."""
        with self._lock:  # who comes while all is summed up for the first time waits for that
            return self._read()

    def _read(self) -> Table:
        before = self._load()
        horizon, settled = self._settle(before, safe_horizon())
        seen = plus(settled, self._summing(horizon, None))
        lost = before.lost if before else {}
        if before:
            lost = plus(lost, _missing(plus(seen, lost), before.told))
        told = plus(seen, lost)
        after = Kept(_database(), horizon, settled, lost, told)
        if after != before:
            self._keep(after)
        return told

    def _settle(self, before: Kept | None, horizon: datetime) -> tuple[datetime, Table]:
        if before is None:
            return horizon, self._summing(None, horizon)
        if horizon < before.horizon + STEP:
            return before.horizon, before.settled
        return horizon, plus(before.settled, self._summing(before.horizon, horizon))

    @property
    def _path(self) -> Path:
        path: Path = settings.PROMETHEUS_DIR / f"{self._name}.json"
        return path

    def _load(self) -> Kept | None:
        try:
            kept: Kept | None = _parsed(self._path.read_text())
        except (OSError, ValueError, KeyError, TypeError):
            kept = self._kept
        return kept if kept and kept.database == _database() else None

    def _keep(self, kept: Kept) -> None:
        self._kept = kept
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_text(self._path, _plain(kept))
        except OSError as error:
            log.warning("%s is remembered by this process alone: %s", self._name, error)


def safe_horizon() -> datetime:
    """Return a moment before which no row will appear any more that is not there by now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
        moment: datetime = cursor.fetchone()[0]
    return moment - MARGIN


def plus(one: Mapping[Labels, Numbers], other: Mapping[Labels, Numbers]) -> Table:
    """Return the sums of both."""
    whole = dict(one)
    for labels, numbers in other.items():
        whole[labels] = tuple(map(add, whole[labels], numbers)) if labels in whole else numbers
    return whole


def _missing(now: Table, told: Table) -> Table:
    """Return what the rows that are gone since came to, where that shows."""
    gone: Table = {}
    for labels, numbers in told.items():
        there = now.get(labels, (0,) * len(numbers))
        less = tuple(max(0, number) for number in map(sub, numbers, there))
        if any(less):
            gone[labels] = less
    return gone


def _database() -> str:
    return "{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)


def _plain(kept: Kept) -> str:
    def pairs(table: Table) -> list[Any]:
        return [[list(labels), list(numbers)] for labels, numbers in table.items()]

    return json.dumps(
        {
            "database": kept.database,
            "horizon": kept.horizon.isoformat(),
            "settled": pairs(kept.settled),
            "lost": pairs(kept.lost),
            "told": pairs(kept.told),
        }
    )


def _parsed(text: str) -> Kept:
    found = json.loads(text)

    def table(name: str) -> Table:
        return {tuple(labels): tuple(numbers) for labels, numbers in found[name]}

    horizon = datetime.fromisoformat(found["horizon"])
    return Kept(found["database"], horizon, table("settled"), table("lost"), table("told"))
