"""Threads for what may hang: a server that does not answer holds up its own lane, and never the second."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Lane(Generic[T]):
    """One thread that answers the same question again and again, one at a time.

    `ask` begins a round unless the last one is not over; `answer` waits for it for so long and no longer. An answer
    that comes too late is nobody's. An exception in the work is logged, and is no answer.
    """

    def __init__(self, name: str, work: Callable[[], T]) -> None:
        self._work = work
        self._asked: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._round = 0
        self._answer: tuple[int, T] | None = None
        self._done = threading.Event()
        self._done.set()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Begin a round, unless one is under way."""
        if self._done.is_set():
            self._round += 1
            self._done.clear()
            self._asked.put(self._round)
            self._pending = True
        else:
            self._pending = False

    def answer(self, until: float) -> T | None:
        """Return what the round gave, or None where it takes longer than `until` (of `time.monotonic`) or failed."""
        if not self._pending or not self._done.wait(max(0.0, until - time.monotonic())):
            return None
        found = self._answer
        return found[1] if found and found[0] == self._round else None

    def close(self, patience_s: float) -> None:
        """End the thread after its round; one that hangs is left to the end of the process."""
        self._asked.put(None)
        self._thread.join(patience_s)

    def _run(self) -> None:
        while (number := self._asked.get()) is not None:
            try:
                self._answer = number, self._work()
            except Exception:
                log.exception("%s stumbled", self._thread.name)
            finally:
                self._done.set()
