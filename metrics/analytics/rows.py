"""A report as plain rows: the same keys whatever it is grouped by."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from accounts import selectors as accounts
from compression.history.measures import MEASURES
from metrics.analytics.reading import Figures, Report, in_order

UNKNOWN = "unknown"
"""The kind of content that nobody looked at."""
PERIODS = ("hour", "day", "week", "month")
NOTHING: Mapping[str, Any] = dict.fromkeys(("t", "algorithm", "kind", "operation", "user"))


def rows_of(report: Report) -> list[dict[str, Any]]:
    """Return the rows of a report; None is what it is not grouped by, and the user of what is nobody's."""
    names = _users(report)
    named = [(_named(report, key, names), figures) for key, figures in report.rows.items()]
    named.sort(key=lambda one: in_order(tuple(one[0].values())))
    return [{**NOTHING, **what, **numbers(figures)} for what, figures in named]


def numbers(figures: Figures) -> dict[str, Any]:
    """Return the numbers of a row; see `metrics.api.analytics_serializers`."""
    sums = figures.sums
    return {
        "count": sums.count,
        "failures": sums.failures,
        "failure_rate": sums.failures / sums.count if sums.count else None,
        "bytes_in": sums.bytes_in,
        "bytes_out": sums.bytes_out,
        "ratio": sums.ratio,
        "seconds_total": sums.micros / 1_000_000,
        **{name: dict(figures.percentiles[name]) for name in MEASURES},
    }


def flat(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows with a column for each number."""
    for row in rows:
        yield {
            name: value
            for key, found in row.items()
            for name, value in (
                [(f"{key}_{word}", one) for word, one in found.items()]
                if isinstance(found, dict)
                else [(key, found)]
            )
        }


def _users(report: Report) -> dict[Any, str]:
    if "owner" not in report.by:
        return {}
    place = report.by.index("owner")
    return accounts.usernames(key[place] for key in report.rows if key[place] is not None)


def _named(report: Report, key: tuple[Any, ...], names: Mapping[Any, str]) -> dict[str, Any]:
    words = {"owner": "user"} | dict.fromkeys(PERIODS, "t")
    found = {words.get(name, name): value for name, value in zip(report.by, key, strict=True)}
    if "kind" in found:
        found["kind"] = found["kind"] or UNKNOWN
    if "user" in found:
        found["user"] = names.get(found["user"])
    return found
