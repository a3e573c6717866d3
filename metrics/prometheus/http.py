"""Requests: how many, of which kind, how they ended, and how long they took. Knows no Django.

Labels come from closed sets, so that nobody can fill the memory with names: the method is one of nine, the route is
the name that the platform gave it, the status its first figure.
"""

import json
import threading
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from prometheus_client.mmap_dict import mmap_key
from prometheus_client.utils import floatToGoString

from metrics.prometheus.files import GAUGES, Book, Reader

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD: Final = "OTHER"
CLASSES: Final = ("1xx", "2xx", "3xx", "4xx", "5xx")
LABELS: Final = ("method", "route", "status")

REQUESTS: Final = "dynacomp_http_requests"
REQUESTS_HELP: Final = "Requests that were answered, refused ones and those whose client left included."
SECONDS: Final = "dynacomp_http_request_duration_seconds"
SECONDS_HELP: Final = "Time from the arrival of a request to the beginning of its answer."
IN_PROGRESS: Final = "dynacomp_http_requests_in_progress"
IN_PROGRESS_HELP: Final = "Requests that are being answered."

# Upper bounds in seconds.
BOUNDS: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, float("inf"))

Labels = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Totals:
    """All requests since the platform started. `buckets`: how many took at most each of BOUNDS, not cumulated."""

    requests: int
    errors: int
    buckets: tuple[int, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Series:
    """What was counted under one set of labels."""

    requests: float
    seconds: float
    buckets: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Keys:
    """The names of the numbers of one set of labels in the files."""

    requests: str
    seconds: str
    buckets: tuple[str, ...]


class Counting:
    """Counts the requests of this process; safe for threads."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._counters, self._histograms = Book(folder, "counter"), Book(folder, "histogram")
        self._gauges = Book(folder, GAUGES)
        self._in_progress = mmap_key(IN_PROGRESS, IN_PROGRESS, [], [], IN_PROGRESS_HELP)

    def began(self) -> None:
        """A request is being answered."""
        with self._lock:
            self._gauges.add(self._in_progress, 1)

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """It was answered, after so many seconds."""
        keys = _keys((method if method in METHODS else OTHER_METHOD, route, status_class(status)))
        with self._lock:
            self._gauges.add(self._in_progress, -1)
            self._counters.add(keys.requests, 1)
            self._histograms.add(keys.buckets[bisect_left(BOUNDS, seconds)], 1)
            self._histograms.add(keys.seconds, seconds)


def status_class(status: int) -> str:
    """Return the class of a status; what none has is our fault."""
    return CLASSES[status // 100 - 1] if 100 <= status < 600 else CLASSES[-1]


@lru_cache(maxsize=16_384)
def _keys(labels: Labels) -> _Keys:
    names, values = list(LABELS), list(labels)
    return _Keys(
        requests=mmap_key(REQUESTS, f"{REQUESTS}_total", names, values, REQUESTS_HELP),
        seconds=mmap_key(SECONDS, f"{SECONDS}_sum", names, values, SECONDS_HELP),
        buckets=tuple(
            mmap_key(
                SECONDS, f"{SECONDS}_bucket", [*names, "le"], [*values, floatToGoString(bound)], SECONDS_HELP
            )
            for bound in BOUNDS
        ),
    )


_SECONDS, _FAULT, _FINE = -1, -2, -3


def _labelled(key: str) -> tuple[Labels, int]:
    """Return the labels of a number, and which bucket it is, or that it is no bucket."""
    _, name, labels, _ = json.loads(key)
    found = (labels["method"], labels["route"], labels["status"])
    if "le" in labels:
        return found, BOUNDS.index(float(labels["le"]))
    return found, _SECONDS if name.startswith(SECONDS) else _FAULT if found[2] == CLASSES[-1] else _FINE


class Counted:
    """What all processes of this machine have counted."""

    def __init__(self, folder: Path) -> None:
        self._labelled = Reader(folder, _labelled)
        self._summed = Reader(folder, lambda key: _labelled(key)[1])
        self._gauges = Reader(folder, str)

    def totals(self) -> Totals:
        """Return all requests in one; cheap enough for every second."""
        counters, histograms = self._summed.read("counter"), self._summed.read("histogram")
        buckets = tuple(int(histograms.get(bucket, 0)) for bucket in range(len(BOUNDS)))
        errors = counters.get(_FAULT, 0)
        return Totals(
            int(errors + counters.get(_FINE, 0)), int(errors), buckets, histograms.get(_SECONDS, 0.0)
        )

    def series(self) -> dict[Labels, Series]:
        """Return what was counted, by labels."""
        requests = {labels: value for (labels, _), value in self._labelled.read("counter").items()}
        seconds: dict[Labels, float] = defaultdict(float)
        buckets: dict[Labels, list[float]] = defaultdict(lambda: [0.0] * len(BOUNDS))
        for (labels, bucket), value in self._labelled.read("histogram").items():
            if bucket == _SECONDS:
                seconds[labels] += value
            else:
                buckets[labels][bucket] += value
        return {
            labels: Series(requests.get(labels, 0.0), seconds[labels], tuple(buckets[labels]))
            for labels in sorted(requests.keys() | buckets.keys())
        }

    def in_progress(self) -> int:
        """Return how many requests are being answered."""
        return int(sum(self._gauges.read(GAUGES).values()))
