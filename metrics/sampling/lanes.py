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

    `ask` begins a round unless the last one is not over, or its answer was not taken; `answer` takes it, and waits for
    so long and no longer. So an answer that comes late is the next one's, and none is lost. An exception in the work is
    logged, and is no answer.
    """

    def __init__(self, name: str, work: Callable[[], T]) -> None:
        self._work = work
        self._asked: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._answer: T | None = None
        self._done = threading.Event()
        self._done.set()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ask(self) -> bool:
        """Begin a round, unless there is one; say whether it was begun."""
        if not self._done.is_set() or self._answer is not None:
            return False
        self._done.clear()
        self._asked.put(True)
        return True

    def answer(self, until: float) -> T | None:
        """Take what the round gave, or None where it is not over at `until` (of `time.monotonic`), or failed."""
        left = until - time.monotonic()
        if not self._done.is_set() and (left <= 0 or not self._done.wait(left)):
            return None
        answer, self._answer = self._answer, None
        return answer

    def close(self, patience_s: float) -> None:
        """End the thread after its round; one that hangs is left to the end of the process."""
        self._asked.put(False)
        self._thread.join(patience_s)

    def _run(self) -> None:
        while self._asked.get():
            try:
                self._answer = self._work()
            except Exception:
                log.exception("%s stumbled", self._thread.name)
            finally:
                self._done.set()
