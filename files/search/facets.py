"""What the found files are, counted: kinds, types, tags, sizes, ages."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from files.choices import Kind
from files.search.criteria import AGE_WORDS, AGES

MOST = 20
"""Values of one facet at most; the most frequent ones."""


@dataclass(frozen=True)
class SizeClass:
    """Sizes of one order; `most` is None where there is no bound."""

    title: str
    least: int
    most: int | None


SIZES = (
    SizeClass("Under 10 kB", 0, 9_999),
    SizeClass("10 to 100 kB", 10_000, 99_999),
    SizeClass("100 kB to 1 MB", 100_000, 999_999),
    SizeClass("1 to 100 MB", 1_000_000, 99_999_999),
    SizeClass("100 MB and more", 100_000_000, None),
)

_MOST_FREQUENT = f"GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT {MOST}"
# One row a value: facet, value, count. `hits` is what the search found.
KINDS = "SELECT 'kind', kind::text, count(*)::float8, 0 FROM hits GROUP BY kind"
SQL = f"""
{KINDS}
UNION ALL (SELECT 'media_type', media_type::text, count(*)::float8, 0 FROM hits {_MOST_FREQUENT})
UNION ALL (SELECT 'tags', tag::text, count(*)::float8, 0 FROM hits, unnest(tags) tag {_MOST_FREQUENT})
UNION ALL SELECT 'size', width_bucket(size, %s::bigint[])::text, count(*)::float8, 0 FROM hits GROUP BY 2
UNION ALL SELECT 'added', width_bucket(created_at, %s::timestamptz[])::text, count(*)::float8, 0 FROM hits GROUP BY 2
"""  # noqa: S608 - a number of ours


def sql_params(now: datetime) -> list[Any]:
    """Return what the SQL is to be filled with."""
    return [[size.least for size in SIZES], [now - AGES[age] for age in _oldest_first()]]


def _oldest_first() -> list[str]:
    return sorted(AGES, key=lambda age: AGES[age], reverse=True)


def of_rows(rows: Iterable[tuple[str, str, float, int]]) -> dict[str, list[dict[str, Any]]]:
    """Return the facets in the shape of the API: of each the values that occur, the most frequent first."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for facet, value, count, _ in rows:
        counts[facet][value] = int(count)
    facets = {
        facet: [
            {"value": value, "title": title(value), "count": count}
            for value, count in sorted(counts[facet].items(), key=lambda item: (-item[1], item[0]))
        ]
        for facet, title in (("kind", lambda kind: Kind(kind).label), ("media_type", str), ("tags", str))
    }
    return facets | {"size": _sizes(counts["size"]), "added": _ages(counts["added"])}


def _sizes(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"size_min": size.least, "size_max": size.most, "title": size.title, "count": counts[str(bucket)]}
        for bucket, size in enumerate(SIZES, 1)
        if str(bucket) in counts
    ]


def _ages(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return the spans that end now; each includes the shorter ones."""
    spans: list[dict[str, Any]] = []
    total = 0
    for bucket, age in reversed(list(enumerate(_oldest_first(), 1))):
        total += counts.get(str(bucket), 0)
        spans.append({"value": age, "title": AGE_WORDS[age], "count": total})
    return [span for span in spans if span["count"]]
