"""Samples into the database: one statement a second, and the mark that their minute has to be rolled up."""

import json
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from core.text import storable
from metrics import names
from metrics.storage import layouts, partitions
from metrics.storage.errors import InTheFuture, TooOld, UnknownSeries
from metrics.storage.levels import SAMPLES
from metrics.types import Sample

AHEAD = timedelta(minutes=5)
# Beyond it the sum of a day's values could be infinite.
LARGEST = 1e300

# Machine and layout are found by what they are called, so that nothing that is remembered here can be wrong. The mark
# is updated even where it is there: the lock of its row is what a roll-up that has just deleted it is waited for with,
# and what a roll-up that comes while this is under way passes over it for.
WRITE = """
WITH kept AS (
  INSERT INTO metric_samples (machine_id, t, layout_id, vals, context)
  SELECT m.id, %s, l.id, %s::float8[], %s::jsonb
  FROM metric_machines m, metric_layouts l
  WHERE m.name = %s AND l.names_sha256 = %s
  ON CONFLICT (machine_id, t) DO UPDATE
  SET layout_id = excluded.layout_id, vals = excluded.vals, context = excluded.context
  RETURNING machine_id, t
)
INSERT INTO metric_stale (level, machine_id, t)
SELECT 'minute', machine_id, date_trunc('minute', t, 'UTC') FROM kept
ON CONFLICT (level, machine_id, t) DO UPDATE SET marked_at = now()
RETURNING machine_id
"""

# The layout that each machine's samples have had last: it grows while the process runs, so that a probe that fails
# now and then makes no new one.
_series: dict[str, tuple[str, ...]] = {}


def write(sample: Sample) -> None:
    """Store a sample; one of the same machine and moment takes the other's place.

    Values that are not finite are left out. Raises `TooOld`, `InTheFuture` or `UnknownSeries`. What it commits may be
    lost with the machine's power, for the length of a second: nobody waits for the disk each second.
    """
    _check_moment(sample)
    values = {name: float(value) for name, value in sample.values.items() if _usable(value)}
    series = _layout(sample.machine, values)
    partitions.ensure(SAMPLES, sample.t)
    row: list[Any] = [
        sample.t,
        [values.get(name) for name in series],
        None if sample.context is None else _json(sample.context),
        sample.machine,
        layouts.digest(series),
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(WRITE, row)
        if not cursor.fetchall():
            layouts.ensure(sample.machine, series)
            cursor.execute(WRITE, row)


def _check_moment(sample: Sample) -> None:
    now = timezone.now()
    if sample.t > now + AHEAD:
        raise InTheFuture(f"The sample is of {sample.t.isoformat()}, and it is {now.isoformat()}.")
    oldest = SAMPLES.kept_since(now)
    if oldest is not None and sample.t < oldest:
        raise TooOld(f"The sample is of {sample.t.isoformat()}; samples are kept since {oldest.isoformat()}.")


def _layout(machine: str, values: Mapping[str, float]) -> tuple[str, ...]:
    known = _series.get(machine, ())
    fresh = sorted(values.keys() - set(known))
    if unknown := [name for name in fresh if names.find(name) is None or len(name) > 200]:
        raise UnknownSeries(f"There are no such series: {', '.join(unknown)[:500]}.")
    if fresh:
        known = _series[machine] = (*known, *fresh)
    return known


def _usable(value: float) -> bool:
    return math.isfinite(value) and abs(value) <= LARGEST


def _json(context: Mapping[str, Any]) -> str:
    """Return what PostgreSQL takes as JSON: the name of a process may be any bytes, a figure may be none."""
    plain = json.loads(json.dumps(context, default=str), parse_constant=lambda _: None)
    return json.dumps(storable(plain))
