"""Samples on their way to the database: written in order, kept while it is away, and written when it is back."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from django.db import connection

from core.database import OUTAGES
from metrics.types import Sample

log = logging.getLogger(__name__)

# Ten minutes of them; older ones give way.
KEPT = 600
RETRY_S = 1.0


class Backlog:
    """Writes samples in a thread of its own, so that a database that hangs holds up nothing else."""

    def __init__(self, write: Callable[[Sample], None], *, kept: int = KEPT) -> None:
        self._write = write
        self._waiting: deque[Sample] = deque(maxlen=kept)
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._away = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, sample: Sample) -> None:
        """Take a sample to write."""
        self._waiting.append(sample)
        self._news.set()

    def close(self, patience_s: float) -> None:
        """Write what can be written by then, and end."""
        deadline = time.monotonic() + patience_s
        while self._waiting and not self._away and time.monotonic() < deadline:
            time.sleep(0.02)
        self._stopping.set()
        self._news.set()
        self._thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._news.wait()
            self._news.clear()
            while self._waiting and not self._stopping.is_set():
                if not self._wrote_first():
                    self._stopping.wait(RETRY_S)
        connection.close()

    def _wrote_first(self) -> bool:
        """Write the oldest; say False where it has to wait. One that cannot be written at all is let go."""
        sample = self._waiting[0]
        try:
            self._write(sample)
        except OUTAGES as error:
            if not self._away:
                log.warning("samples wait for the database: %s", error)
            self._away = True
            connection.close()
            return False
        except Exception:
            log.exception("the sample of %s cannot be written", sample.t)
        if self._away:
            log.info("samples are written again, %d of them late", len(self._waiting))
            self._away = False
        # Where it was full, the one that was written has given way to a new one by itself.
        if self._waiting and self._waiting[0] is sample:
            self._waiting.popleft()
        return True
