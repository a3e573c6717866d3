"""Which series a rule looks at."""

from collections.abc import Collection

from metrics.alerting.rules import MOST_SERIES
from metrics.live.patterns import matches


def series_of(metric: str, known: Collection[str], first: Collection[str] = ()) -> list[str]:
    """Return the series that a rule on `metric` looks at, of those that are known: `first` ones first, 20 at most."""
    found = sorted(name for name in {*known, *first} if matches(metric, name))
    kept = sorted(found, key=lambda name: name not in first)[:MOST_SERIES]
    return sorted(kept)


def count_of(metric: str, known: Collection[str]) -> int:
    """Return how many of the known series a pattern means."""
    return sum(matches(metric, name) for name in known)
