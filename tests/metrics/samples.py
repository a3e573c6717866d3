"""Samples of a machine that nobody has."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from metrics.storage import writing
from metrics.storage.levels import LEVELS
from metrics.types import Sample

CPU = "system.cpu_percent"
MACHINE = "anvil"


def store(
    t: datetime,
    cpu: float = 10.0,
    machine: str = MACHINE,
    context: Mapping[str, Any] | None = None,
    **values: float,
) -> None:
    """Store a sample; `values` by names with `__` for dots."""
    given = {name.replace("__", "."): value for name, value in values.items()}
    writing.write(Sample(machine, t, {CPU: cpu, **given}, context))


def seconds(start: datetime, count: int, step_s: float = 1) -> Iterator[datetime]:
    """Yield so many moments."""
    for number in range(count):
        yield start + number * timedelta(seconds=step_s)


def empty_tables() -> None:
    """Remove all that is stored: tables without models are not seen by the flush after a transactional test."""
    tables = ", ".join([level.table for level in LEVELS] + ["metric_stale"])
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}")
