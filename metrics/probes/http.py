"""Requests that the web processes answered, from the files in which they count together."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from metrics.prometheus.http import BOUNDS, Counted, Totals


class Http:
    """Rates, and the times below which half and 95 % of the requests of the last second stayed."""

    every_s = 1.0

    def __init__(self, folder: Path) -> None:
        self._counted = Counted(folder)
        self._before: Totals | None = None
        self._at = 0.0

    def read(self) -> Mapping[str, float]:
        """Return what came since the last look; nothing at the first, and no times where there were no requests."""
        now, before = self._counted.totals(), self._before
        seconds, self._at = time.monotonic() - self._at, time.monotonic()
        self._before = now
        if before is None or now.requests < before.requests:
            return {}
        found = {
            "http.requests_s": (now.requests - before.requests) / seconds,
            "http.errors_s": (now.errors - before.errors) / seconds,
        }
        new = [after - earlier for after, earlier in zip(now.buckets, before.buckets, strict=True)]
        if sum(new) > 0:
            found["http.latency_p50_ms"] = quantile(new, 0.5) * 1000
            found["http.latency_p95_ms"] = quantile(new, 0.95) * 1000
        return found


def quantile(buckets: Sequence[int], share: float) -> float:
    """Return the seconds that `share` of the requests stayed below, as Prometheus guesses it from the same buckets.

    Within a bucket they are taken to be spread evenly; what is beyond the last bound is told as that bound.
    """
    wanted = share * sum(buckets)
    below, lower = 0.0, 0.0
    for number, bound in zip(buckets[:-1], BOUNDS, strict=False):
        if number and below + number >= wanted:
            return lower + (bound - lower) * (wanted - below) / number
        below, lower = below + number, bound
    return BOUNDS[-2]
