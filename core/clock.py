"""What the platform does by itself, again and again: one process at a time, whatever the number of machines."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import close_old_connections, connection

from core.registry import Registry

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Duty:
    """A function that the clock calls every `seconds`."""

    name: str
    seconds: float
    function: Callable[[], object]


duties: Registry[Duty] = Registry("duty of the clock")


def every(seconds: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Have the clock call the decorated function every `seconds`."""

    def register(function: Callable[[], object]) -> Callable[[], object]:
        name = f"{function.__module__}.{function.__name__}"
        duties.add(name, Duty(name, seconds, function))
        return function

    return register


class Clock:
    """Runs the duties while it holds the advisory lock; a second clock waits for the first one's end."""

    LOCK = "dynacomp.clock"

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._due: dict[str, float] = {}

    def run(self) -> None:
        """Work until told to stop."""
        while not self._stop.is_set():
            try:
                if self._lead():
                    self.tick()
            except Exception:
                log.exception("the clock stumbled")
                close_old_connections()
            self._stop.wait(0.5)

    def _lead(self) -> bool:
        """Say whether this clock is the one; the lock lives as long as its connection."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            )
            if cursor.fetchone()[0]:
                return True
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [self.LOCK])
            return bool(cursor.fetchone()[0])

    def tick(self) -> None:
        """Call each duty that is due; one that fails is logged and does not keep the others waiting."""
        for duty in duties.values():
            now = time.monotonic()
            if now < self._due.get(duty.name, 0):
                continue
            self._due[duty.name] = now + duty.seconds
            try:
                duty.function()
            except Exception:
                log.exception("duty %s failed", duty.name)
