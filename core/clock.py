"""What the platform does by itself, again and again: one process at a time, whatever the number of machines."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from core.database import OUTAGES
from core.registry import Registry

log = logging.getLogger(__name__)

TICK_S = 0.5
# When the database was away, nobody could show a sign of life: the living get this long before duties judge them.
GRACE_S = 4


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
            except OUTAGES as error:
                log.warning("the clock waits for the database: %s", error)
                self._pause()
            except Exception:
                log.exception("the clock stumbled")
                self._pause()
            self._stop.wait(TICK_S)
        connection.close()

    def _lead(self) -> bool:
        """Say whether this clock is the one.

        The lock belongs to the connection, is lost with it, and may be taken again by who holds it: so to ask for it
        each time is to know whether it is still held.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [self.LOCK])
            return bool(cursor.fetchone()[0])

    def _pause(self) -> None:
        connection.close()
        later = time.monotonic() + GRACE_S
        self._due = {duty.name: max(later, self._due.get(duty.name, 0)) for duty in duties.values()}

    def tick(self) -> None:
        """Call each duty that is due; one that fails is logged and does not keep the others waiting."""
        for duty in duties.values():
            now = time.monotonic()
            if now < self._due.get(duty.name, 0):
                continue
            self._due[duty.name] = now + duty.seconds
            try:
                duty.function()
            except Exception as error:
                if isinstance(error, OUTAGES) and not connection.is_usable():
                    raise
                log.exception("duty %s failed", duty.name)
