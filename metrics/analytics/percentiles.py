"""Percentiles of values of which only an interval is known: `compression.history.measures` says which.

As with PostgreSQL's `percentile_cont`, a percentile lies between the two values next to its place.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

from compression.history.measures import GAMMA, Key

Sql = tuple[str, Sequence[Any]]


def percentiles(
    histograms: Sequence[Sql], columns: Sequence[str], shares: Mapping[str, float]
) -> Iterator[tuple[Key, dict[str, float | None]]]:
    """Yield for each group the percentiles of several histograms together, each within 1 % of the exact one.

    A histogram is a query for the columns of the group, an interval and how many values are in it; `columns` are the
    types of the first ones.
    """
    groups = [f"g{number}" for number in range(len(columns))]
    typed = [f"{name}::{kind} AS {name}" for name, kind in zip(groups, columns, strict=True)]
    parts = " UNION ALL ".join(f"({query})" for query, _ in histograms)
    nth = [
        f"min(place) FILTER (WHERE upto > {way}({share!r} * (total - 1)))"
        for share in shares.values()
        for way in ("floor", "ceil")
    ]
    by = f"PARTITION BY {', '.join(groups)}" if groups else ""
    statement = f"""
    WITH parts ({_listed(groups, "place", "n")}) AS ({parts}),
    counted AS (SELECT {_listed(typed, "place", "sum(n) AS n")} FROM parts GROUP BY {_listed(groups, "place")}),
    running AS (SELECT {_listed(groups, "place")},
      sum(n) OVER ({by} ORDER BY place) AS upto, sum(n) OVER ({by}) AS total FROM counted)
    SELECT {_listed(groups, "max(total)", *nth)} FROM running {"GROUP BY " + ", ".join(groups) if groups else ""}
    """  # noqa: S608 the words are ours
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for _, parameters in histograms for value in parameters])
        for row in cursor.fetchall():
            key, total, places = row[: len(groups)], row[len(groups)], row[len(groups) + 1 :]
            if total:
                yield tuple(key), _told(places, int(total), shares)


def _listed(names: Sequence[str], *more: str) -> str:
    return ", ".join([*names, *more])


def _told(places: Sequence[int], total: int, shares: Mapping[str, float]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for number, (word, share) in enumerate(shares.items()):
        low, high = middle(places[2 * number]), middle(places[2 * number + 1])
        place = share * (total - 1)
        found[word] = low + (high - low) * (place - math.floor(place))
    return found


def middle(interval: int) -> float:
    """Return a value that is within 1 % of all in an interval."""
    value: float = GAMMA ** (interval + 0.5)
    return value
