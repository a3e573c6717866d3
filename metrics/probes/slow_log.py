"""Slow statements, from the log in which PostgreSQL writes each that takes longer than is right."""

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

# At the beginning of a line, so that no statement that speaks of it is taken for one: `<time> [<pid>] LOG:  duration:`.
_LINE = re.compile(rb"^\S+ \S+ \S+ \[\d+\] LOG:  duration: ", re.M)
MOST_BYTES = 1 << 20


class SlowLog:
    """Follows a log that is set aside and emptied when it has grown large. No log, no figures."""

    every_s = 1.0

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place: int | None = None
        self._rest = b""
        self._at = 0.0

    def read(self) -> Mapping[str, float]:
        """Return the statements of a second, over the time since the last reading."""
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            self._place = None
            return {}
        seconds, self._at = time.monotonic() - self._at, time.monotonic()
        if self._place is None:  # what was before is nobody's
            self._place = size
            return {}
        if size < self._place:
            self._place = 0
        count = self._count(size) if size > self._place else 0
        return {"database.slow_statements_s": count / seconds}

    def _count(self, size: int) -> int:
        place = max(self._place or 0, size - MOST_BYTES)
        with self._path.open("rb", buffering=0) as log:
            text = os.pread(log.fileno(), size - place, place)
        whole, _, rest = text.rpartition(b"\n")
        self._place = size - len(rest)  # a line that is not whole yet is read again
        return len(_LINE.findall(whole))
