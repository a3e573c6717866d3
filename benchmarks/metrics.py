"""What metrics cost: `python -m benchmarks.metrics [--rounds 20] [--keep FOLDER]`.

Starts PostgreSQL in a temporary folder and fills it with what two years of one machine with 80 series leave behind: a
day of samples, 90 days of minutes, two years of hours and of days. Measures the disk that each level takes, a write,
a roll-up, and windows of the history through the API in this process. `--keep` keeps the folder and uses it again.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figures import figures, table
from benchmarks.search import PASSWORD, database

SERIES, WRITES = 80, 300
CPU = "system.cpu_percent"
JOB = {
    "id": "0195d3c2-7a51-7c7e-9d0b-0242ac120002",
    "kind": "compress",
    "title": "Compress access-2026-11.log",
    "owner_id": "0195d3c2-7a51-7c7e-9d0b-0242ac120003",
    "algorithm": "zstd",
    "step": "compress",
}
PROCESS = {"name": "worker", "pid": 41234, "cpu_percent": 97.5, "memory_bytes": 212_336_640}
CONTEXT = {"jobs": [JOB, JOB], "processes": [PROCESS] * 6}

FILL = """
INSERT INTO {table} SELECT m.id, t, l.id, {arrays}, {context}
FROM generate_series(%s::timestamptz, %s, %s::interval) t, metric_machines m, metric_layouts l
WHERE m.name = 'anvil' AND cardinality(l.names) = %s
"""
VALUES = "ARRAY(SELECT round((random() * 1000)::numeric, 1)::float8 FROM generate_series(1, %s) WHERE t IS NOT NULL)"


def names() -> list[str]:
    """Return the names of 80 series: each family once, and some of them several times."""
    from metrics.names import families

    found = list(families)
    found += [f"{name}.{number}" for number in range(8) for name in families]
    return [CPU, *[name for name in found if name != CPU]][:SERIES]


def sample(t: datetime, number: int) -> Any:
    """Return a sample of 80 series in which something goes on."""
    from metrics.types import Sample

    return Sample(
        "anvil", t, {name: (number * 7 + place) % 1000 / 10 for place, name in enumerate(names())}, CONTEXT
    )


def fill(now: datetime) -> None:
    """Fill the levels, each up to `now`."""
    import json

    from django.db import connection

    from metrics.storage import levels, partitions

    context = f"'{json.dumps(CONTEXT | {'t': now.isoformat(), 'cpu_percent': 99.5})}'::jsonb"
    lengths = {
        levels.SAMPLES: timedelta(days=1),
        levels.MINUTES: timedelta(days=90),
        levels.HOURS: timedelta(days=730),
        levels.DAYS: timedelta(days=730),
    }
    for level, length in lengths.items():
        end = level.bucket(now) - level.step
        for days in range(length.days + 1):
            partitions.ensure(level, end - timedelta(days=days))
        arrays = [VALUES] if level is levels.SAMPLES else [VALUES] * 3
        counts = [] if level is levels.SAMPLES else ["array_fill(60, ARRAY[%s])"]
        with connection.cursor() as cursor:
            cursor.execute(
                FILL.format(table=level.table, arrays=", ".join(arrays + counts), context=context),
                [*[SERIES] * len(arrays + counts), end - length + level.step, end, str(level.step), SERIES],
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def sizes() -> Iterator[dict[str, Any]]:
    """Yield what each level takes on the disk, with its indices."""
    from django.db import connection

    from metrics.storage.levels import LEVELS

    with connection.cursor() as cursor:
        for level in LEVELS:
            cursor.execute(
                "SELECT sum(pg_total_relation_size(relid)), (SELECT count(*) FROM " + level.table + ")"
                " FROM pg_partition_tree(%s)",
                [level.table],
            )
            taken, rows = cursor.fetchone()
            yield _size(level.resolution.label, taken, rows)
        cursor.execute(
            "CREATE TEMP TABLE idle AS SELECT machine_id, t, layout_id, vals, NULL::jsonb FROM metric_samples;"
            "ALTER TABLE idle ADD PRIMARY KEY (machine_id, t)"
        )
        cursor.execute("SELECT pg_total_relation_size('idle'), count(*) FROM idle")
        taken, rows = cursor.fetchone()
        yield _size("seconds in which nothing ran", taken, rows)


def _size(what: str, taken: Any, rows: int) -> dict[str, Any]:
    return {"level": what, "rows": rows, "MB": float(taken) / 1e6, "bytes a row": round(taken / rows)}


def timed(work: Callable[[], Any], rounds: int) -> dict[str, float]:
    """Return the latencies of doing it so often."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return figures(times)


def costs() -> Iterator[dict[str, Any]]:
    """Yield what it costs to write, and to roll up a minute with the hour and the day that it is in."""
    from metrics.storage import rolling
    from metrics.storage.writing import write

    now = datetime.now(UTC) - timedelta(seconds=WRITES)
    samples = iter([sample(now + timedelta(seconds=number), number) for number in range(WRITES + 1)])
    write(next(samples))
    used = time.process_time()
    found = timed(lambda: write(next(samples)), WRITES)
    used = (time.process_time() - used) / WRITES
    yield {"what": "a sample written", **found, "CPU ms": used * 1000}
    used, times, minutes = time.process_time(), [], 0
    while True:
        began = time.perf_counter()
        if not rolling.roll_up(now + timedelta(seconds=60 * (minutes + 2)), budget_s=60):
            break
        times.append(time.perf_counter() - began)
        minutes += 1
        if minutes > WRITES // 60:
            break
    used = (time.process_time() - used) / max(len(times), 1)
    yield {"what": "a minute rolled up, with hour and day", **figures(times), "CPU ms": used * 1000}


def windows(rounds: int) -> Iterator[dict[str, Any]]:
    """Yield how long windows take through the API, and how long a day of samples of 20 series as a file."""
    from rest_framework.test import APIClient

    from accounts.models import User
    from accounts.services import token_create, user_register
    from core.access.roles import Role, Scope

    owner = User.objects.filter(username="otto").first() or user_register(
        username="otto", email="otto@example.org", password=PASSWORD, role=Role.OPERATOR
    )
    _, secret = token_create(owner=owner, name="bench", scope=Scope.ADMIN)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    twenty = ",".join(names()[:20])

    def get(what: str, metric: str, start: str, resolution: str) -> Any:
        query = {"metric": metric, "from": start, "resolution": resolution}
        response: Any = client.get(f"/api/v1/metrics/{what}", query)
        assert response.status_code == 200, response.content
        return response

    for label, metric, start, resolution in (
        ("seconds of an hour", CPU, "-1h", "raw"),
        ("minutes of a day", CPU, "-1d", "minute"),
        ("the same, 20 series", twenty, "-1d", "minute"),
        ("hours of a year", CPU, "-365d", "hour"),
        ("days of two years", CPU, "-730d", "day"),
        ("the same, 20 series", twenty, "-730d", "day"),
    ):
        points = get("history", metric, start, resolution).json()
        number = sum(len(one["points"]) for one in points.get("series", [points]))
        found = timed(partial(get, "history", metric, start, resolution), rounds)
        yield {"window": label, "points": number, **found, "MB/s": "", "memory MB": ""}
    before, began, size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter(), 0
    for piece in get("export", twenty, "-1d", "raw").streaming_content:
        size += len(piece)
    seconds = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
    yield {
        "window": "seconds of a day, 20 series, as CSV",
        "points": 86_400 * 20,
        **dict.fromkeys(("p50_ms", "p95_ms", "p99_ms"), round(seconds * 1000)),
        "MB/s": size / seconds / 1e6,
        "memory MB": grown,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = arguments.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="dynacomp-bench-"))
        )
        stack.enter_context(database(folder))
        from metrics.models import Machine
        from metrics.storage import layouts

        if not Machine.objects.exists():
            began = time.perf_counter()
            layouts.ensure("anvil", names())
            fill(datetime.now(UTC) - timedelta(seconds=WRITES))
            print(f"filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        print(table(list(sizes())), end="\n\n")
        print(table(list(costs())), end="\n\n")
        print(table(list(windows(arguments.rounds))))


if __name__ == "__main__":
    main()
