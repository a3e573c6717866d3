"""What was added to a table since the last look, also where it was written by transactions that end late."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from metrics.probes.sql import Connect, rows

Key = tuple[Any, ...]
Sums = tuple[float, ...]

# A row shows up at the end of its transaction, with a time from before: so far back one is still counted.
LATE = timedelta(seconds=20)


class Growth:
    """Differences of totals over a moving anchor.

    The statement takes `%(since)s` and `%(next)s` and gives, for all rows whose time is not before `since`, columns of
    a key, whether the time is not before `next`, and sums. A row counts at the look that sees it first, whatever its
    time, unless it comes later than `LATE`. The anchor moves within one statement, so that no row falls between.
    """

    def __init__(
        self,
        connect: Connect,
        statement: str,
        *,
        keys: int,
        values: Mapping[str, Any] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._connect = connect
        self._statement = statement
        self._keys = keys
        self._values = values or {}
        self._now = now
        self._since: datetime | None = None
        self._next = now()
        self._before: Mapping[Key, Sums] = {}

    def look(self) -> Mapping[Key, Sums]:
        """Return the sums of what came since the last look, by key; nothing at the first one."""
        now = self._now()
        first = self._since is None
        since = self._since or now - LATE
        later = now - LATE if first else self._next
        found = rows(self._connect, self._statement, {**self._values, "since": since, "next": later})
        totals, fresh = self._summed(found)
        grown = {} if first else _difference(totals, self._before)
        self._since, self._next, self._before = since, later, totals
        if first or now - later >= LATE:
            self._since, self._next, self._before = later, now, fresh
        return grown

    def _summed(self, found: Sequence[tuple[Any, ...]]) -> tuple[dict[Key, Sums], dict[Key, Sums]]:
        """Return the sums of all by key, and those of what is not before the next anchor."""
        totals: dict[Key, Sums] = {}
        fresh: dict[Key, Sums] = {}
        for row in found:
            key, is_fresh = row[: self._keys], row[self._keys]
            sums = tuple(float(value or 0) for value in row[self._keys + 1 :])
            if is_fresh:
                fresh[key] = sums
            before = totals.get(key)
            totals[key] = sums if before is None else tuple(map(sum, zip(before, sums, strict=True)))
        return totals, fresh


def _difference(totals: Mapping[Key, Sums], before: Mapping[Key, Sums]) -> dict[Key, Sums]:
    grown = {}
    for key, sums in totals.items():
        old = before.get(key)
        if sums != old:  # a sum is smaller where rows were deleted
            old = old or (0.0,) * len(sums)
            grown[key] = tuple(max(0.0, new - was) for new, was in zip(sums, old, strict=True))
    return grown
