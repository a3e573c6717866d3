"""What a probe is, and what several of them need: files of /proc that are read again and again, and rates."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol


class Probe(Protocol):
    """One source of figures. `read` may raise whatever its source raises; it gives nothing for what is unknown."""

    every_s: float

    def read(self) -> Mapping[str, float]:
        """Return values by the name of their series."""


class KernelFile:
    """A small file of /proc or /sys, opened once: reading it again costs a third of opening it again.

    Of a process that has ended nothing can be read, also where its number belongs to another one by now.
    """

    def __init__(self, path: Path | str, size: int = 4096) -> None:
        self._size = size
        self._fd = -1
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def read(self) -> bytes:
        """Return what it says now; what is longer than `size` is read in several pieces."""
        found = os.pread(self._fd, self._size, 0)
        if len(found) < self._size:
            return found
        while piece := os.pread(self._fd, self._size, len(found)):
            found += piece
        return found

    def close(self) -> None:
        """Let go of it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __del__(self) -> None:
        self.close()


class Rates:
    """Turns counters into rates: by how much each grew since the last look, a second.

    A counter that is new, or smaller than it was because it began anew, has no rate.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = 0.0
        self._before: Mapping[str, float] = {}

    def of(self, counters: Mapping[str, float]) -> dict[str, float]:
        """Return the rate of each counter."""
        at, before, now = self._at, self._before, self._clock()
        self._at, self._before = now, counters
        seconds = now - at
        if seconds <= 0:
            return {}
        return {
            name: (value - before[name]) / seconds
            for name, value in counters.items()
            if name in before and value >= before[name]
        }


def share(part: float, whole: float) -> float:
    """Return how many percent of the whole a part is; none of nothing."""
    return min(100.0, 100.0 * part / whole) if whole else 0.0


def whole_seconds(seconds: float) -> float:
    """Return how many samples a time between two looks stands for.

    What is counted exactly is told for each of them: so their sum is what was counted, though no look is on time.
    """
    return max(1.0, round(seconds))
