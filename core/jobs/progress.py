"""How far a job is, and how fast it gets on."""

import threading
import time
from collections import deque
from typing import Any

from core.models import Job
from core.text import storable

LARGEST = 2**63 - 1
# The speed shown is that of the last seconds; a shorter stretch than the least says nothing.
WINDOW_S, LEAST_S = 8.0, 0.5


class Progress:
    """What the body last said; written by the body, read by the reporter's thread, so guarded by a lock."""

    def __init__(self, job: Job) -> None:
        self._done, self._total = job.progress_done, job.progress_total
        self._unit, self._message = job.progress_unit, job.progress_message
        self._marks: deque[tuple[float, int]] = deque()
        self._lock = threading.Lock()
        self._news = False

    @property
    def has_news(self) -> bool:
        """Whether something was said that `take` has not returned yet."""
        return self._news

    def say(self, done: float, total: float | None, unit: str | None, message: str | None) -> None:
        """Note how far it is; None leaves a value as it was. Values are bent to what the row can hold."""
        with self._lock:
            if total is not None:
                self._total = max(0, min(int(total), LARGEST))
            limit = LARGEST if self._total is None else self._total
            self._done = max(0, min(int(done), limit))
            if unit is not None:
                self._unit = storable(unit)[:16]
            if message is not None:
                self._message = storable(message)[:200]
            self._news = True

    def finish(self) -> None:
        """All is done, whatever was said last."""
        if self._total is not None:
            self.say(self._total, None, None, None)

    def take(self) -> dict[str, Any]:
        """Return the columns of the row; there are no news until the body says something again."""
        with self._lock:
            self._news = False
            return {
                "progress_done": self._done,
                "progress_total": self._total,
                "progress_unit": self._unit,
                "progress_message": self._message,
                "progress_rate": self._rate(time.monotonic()),
            }

    def put_back(self) -> None:
        """What `take` returned could not be written: it is news again."""
        self._news = True

    def _rate(self, now: float) -> float | None:
        """Return units per second over the window, from what was reported and nothing else."""
        marks = self._marks
        if marks and self._done < marks[-1][1]:
            marks.clear()  # another phase begins at nothing
        marks.append((now, self._done))
        while len(marks) > 2 and now - marks[1][0] >= WINDOW_S:
            marks.popleft()
        began, before = marks[0]
        if now - began < LEAST_S or self._done == before:
            return None
        return (self._done - before) / (now - began)
