"""Rows of a level as they are stored. What is not rolled up yet is the concern of `windows`."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from metrics.storage import layouts
from metrics.storage.levels import SAMPLES, Level
from metrics.storage.merging import Row, row_of_sample

# About so many values are in memory at once while a window is read.
PAGE_VALUES = 20_000
SMALLEST_PAGE, LARGEST_PAGE = 50, 5_000
TICK = timedelta(microseconds=1)

WHOLE = """
SELECT r.t, l.names, r.context, {columns} FROM {table} r JOIN metric_layouts l ON l.id = r.layout_id
WHERE r.machine_id = %s AND r.t >= %s AND r.t < %s ORDER BY r.t
"""
# By the ends of the index in each partition, however many rows there are.
SPANS = """
SELECT m.id, s.first, s.last FROM metric_machines m CROSS JOIN LATERAL (
  SELECT min(t) AS first, max(t) AS last FROM metric_samples WHERE machine_id = m.id AND t >= %s AND t < %s
) s WHERE s.last IS NOT NULL
"""
# A page first, and then what is wanted of it: so that no plan sorts the whole window for each of its pages.
SELECTED = """
SELECT r.t, {columns} FROM (
  SELECT * FROM {table} WHERE machine_id = %s AND t >= %s AND t < %s ORDER BY t LIMIT %s
) r LEFT JOIN (SELECT id, {places} FROM metric_layouts) l ON l.id = r.layout_id ORDER BY r.t
"""
PUT = """
INSERT INTO {table} (machine_id, t, layout_id, low, mean, high, counts, context)
VALUES (%s, %s, %s, %s::float8[], %s::float8[], %s::float8[], %s::integer[], %s::jsonb)
ON CONFLICT (machine_id, t) DO UPDATE SET layout_id = excluded.layout_id, low = excluded.low,
mean = excluded.mean, high = excluded.high, counts = excluded.counts, context = excluded.context
"""


def columns_of(level: Level) -> tuple[str, ...]:
    """Return the names of the columns with arrays."""
    return ("vals",) if level is SAMPLES else ("low", "mean", "high", "counts")


def whole(level: Level, machine: int, start: datetime, end: datetime) -> list[Row]:
    """Return the rows from `start` to before `end` with all they have; for windows of few rows."""
    columns = ", ".join(f"r.{column}" for column in columns_of(level))
    with connection.cursor() as cursor:
        cursor.execute(WHOLE.format(columns=columns, table=level.table), [machine, start, end])
        return [
            _row(t, tuple(names), arrays, decoded(context))
            for t, names, context, *arrays in cursor.fetchall()
        ]


def spans(start: datetime, end: datetime) -> dict[int, tuple[datetime, datetime]]:
    """Return the moments of the first and the last sample from `start` to before `end`, by machine."""
    with connection.cursor() as cursor:
        cursor.execute(SPANS, [start, end])
        return {machine: (first, last) for machine, first, last in cursor.fetchall()}


def selected(
    level: Level, machine: int, names: tuple[str, ...], start: datetime, end: datetime
) -> Iterator[Row]:
    """Yield the rows from `start` to before `end`, in order, with the series `names` alone and without context.

    They are read in pages, each by a query of its own, so that no connection and no snapshot waits for who takes them.
    """
    limit = max(SMALLEST_PAGE, min(LARGEST_PAGE, PAGE_VALUES // len(names)))
    kinds = columns_of(level)
    query = SELECTED.format(
        table=level.table,
        columns=", ".join(f"r.{column}[l.p{place}]" for column in kinds for place in range(len(names))),
        places=", ".join(f"array_position(names, %s::varchar) AS p{place}" for place in range(len(names))),
    )
    page: list[Any] = [None] * limit
    while len(page) == limit:
        with connection.cursor() as cursor:
            cursor.execute(query, [machine, start, end, limit, *names])
            page = cursor.fetchall()
        for t, *values in page:
            arrays = [values[first : first + len(names)] for first in range(0, len(values), len(names))]
            yield _row(t, names, arrays, None)
            start = t + TICK


def put(level: Level, machine: int, row: Row) -> None:
    """Write a rolled row in the place of what is there."""
    context = None if row.context is None else json.dumps(row.context)
    arrays: list[Any] = [list(row.low), list(row.mean), list(row.high), list(row.counts)]
    layout = layouts.layout_of(row.names)
    with connection.cursor() as cursor:
        cursor.execute(PUT.format(table=level.table), [machine, row.t, layout, *arrays, context])


def decoded(context: str | None) -> Mapping[str, Any] | None:
    """Return a context as it was stored; Django leaves JSON to who reads it."""
    if context is None:
        return None
    found: Mapping[str, Any] = json.loads(context)
    return found


def _row(t: datetime, names: tuple[str, ...], arrays: list[Any], context: Mapping[str, Any] | None) -> Row:
    if len(arrays) == 1:
        return row_of_sample(t, names, arrays[0], context)
    low, mean, high, counts = arrays
    return Row(t, names, low, mean, high, [count or 0 for count in counts], context)
