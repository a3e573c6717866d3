"""What compressing comes to, from the ledger of outcomes: in all, by algorithm, and by account."""

import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from metrics.probes.base import whole_seconds
from metrics.probes.growth import Growth, Sums
from metrics.probes.sql import Connect, rows

# What people made is one, however many there are: the number of series is bounded.
OWN = "own"
# So far back percentiles of times go.
WINDOW = timedelta(seconds=10)
NOTHING: Sums = (0.0,) * 8
RATES = ("operations_s", "failures_s", "bytes_in_s", "bytes_out_s")

LABEL = "CASE WHEN algorithm = ANY(%(codecs)s) THEN algorithm ELSE 'own' END"
# All together apart from each account: the outcomes of one that is deleted become nobody's, and are no new ones.
GROWN = f"""
SELECT grouping(owner_id) = 1, label, owner_id, is_fresh,
  count(*), count(*) FILTER (WHERE NOT succeeded),
  sum(original_size) FILTER (WHERE succeeded), sum(compressed_size) FILTER (WHERE succeeded),
  sum(original_size) FILTER (WHERE succeeded AND compress_seconds > 0),
  sum(compress_seconds) FILTER (WHERE succeeded AND original_size IS NOT NULL),
  sum(original_size) FILTER (WHERE succeeded AND decompress_seconds > 0),
  sum(decompress_seconds) FILTER (WHERE succeeded AND original_size IS NOT NULL)
FROM (
  SELECT *, {LABEL} AS label, created_at >= %(next)s AS is_fresh
  FROM compression_history WHERE created_at >= %(since)s
) latest GROUP BY GROUPING SETS ((label, is_fresh), (label, owner_id, is_fresh))
"""  # noqa: S608 - made of constants
TIMES = f"""
WITH latest AS (
  SELECT {LABEL} AS label, owner_id,
    CASE operation WHEN 'compress' THEN compress_seconds ELSE decompress_seconds END AS seconds
  FROM compression_history WHERE created_at >= %(since)s AND succeeded
)
SELECT grouping(label), label, grouping(owner_id), owner_id,
  percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY seconds)
FROM latest WHERE seconds IS NOT NULL GROUP BY GROUPING SETS ((), (label), (owner_id))
"""  # noqa: S608 - made of constants


class Outcomes:
    """Rates since the last reading, and how long operations of the last ten seconds took.

    Who compressed something since the last reading finds the same figures of theirs in `own`. A rate of an algorithm is
    there from its first outcome on, and nought when there is none; ratios and speeds are there where there are any.
    """

    every_s = 1.0

    def __init__(self, connect: Connect, codecs: Collection[str]) -> None:
        self._connect = connect
        self._codecs = {"codecs": sorted(codecs)}
        self._growth = Growth(connect, GROWN, keys=3, values=self._codecs)
        self._at = 0.0
        self._latest = float("-inf")
        self._seen: set[str] = set()
        self.own: Mapping[str, Mapping[str, float]] = {}

    def read(self) -> Mapping[str, float]:
        """Return the values of all together."""
        first = not self._at
        grown = self._growth.look()
        seconds, self._at = whole_seconds(time.monotonic() - self._at), time.monotonic()
        if first:
            return {}
        if grown:
            self._latest = self._at
        by_label = {label: sums for (everybody, label, _), sums in grown.items() if everybody}
        self._seen |= by_label.keys()
        found = _figures_of(dict.fromkeys(self._seen, NOTHING) | by_label, seconds)
        by_owner: dict[str, dict[str, float]] = {}
        for owner in {str(owner) for _, _, owner in grown if owner}:
            theirs = {label: sums for (_, label, whose), sums in grown.items() if str(whose) == owner}
            by_owner[owner] = _figures_of(theirs, seconds)
        if self._at - self._latest < WINDOW.total_seconds():
            self._add_times(found, by_owner)
        self.own = by_owner
        return found

    def _add_times(self, found: dict[str, float], by_owner: dict[str, dict[str, float]]) -> None:
        since = datetime.now(UTC) - WINDOW
        for all_labels, label, all_owners, owner, times in rows(
            self._connect, TIMES, {"since": since, **self._codecs}
        ):
            if times is None:  # none of them took any time that was measured
                continue
            target, suffix = found, "" if all_labels else f".{label}"
            if not all_owners:
                if str(owner) not in by_owner:
                    continue
                target, suffix = by_owner[str(owner)], ""
            target[f"compression.seconds_p50{suffix}"], target[f"compression.seconds_p95{suffix}"] = times


def _figures_of(by_label: Mapping[str, Sums], seconds: float) -> dict[str, float]:
    """Return the series of each algorithm and of all of them."""
    everything = tuple(map(sum, zip(*by_label.values(), strict=True))) if by_label else NOTHING
    found = _figures("", everything, seconds)
    for label, sums in by_label.items():
        found |= _figures(f".{label}", sums, seconds)
    return found


def _figures(suffix: str, sums: Sums, seconds: float) -> dict[str, float]:
    """Return the series of one group."""
    original, compressed = sums[2], sums[3]
    found = {f"compression.{name}{suffix}": value / seconds for name, value in zip(RATES, sums, strict=False)}
    if compressed:
        found[f"compression.ratio{suffix}"] = original / compressed
    for name, size, took in (("compress", sums[4], sums[5]), ("decompress", sums[6], sums[7])):
        if took > 0:
            found[f"compression.{name}_mb_s{suffix}"] = size / took / 1e6
    return found
