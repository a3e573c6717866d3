"""Keep programs running: what ends is started again, ever later while it keeps ending."""

import os
import signal
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from config.services.errors import ServiceError

DELAYS_S = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0)
STEADY_S = 10.0  # after this long, an end counts as the first one again


class Unit(Protocol):
    """Something that runs: a process, or a server."""

    @property
    def name(self) -> str:
        """What to call it."""

    @property
    def log(self) -> Path:
        """Where its output goes."""

    @property
    def pid(self) -> int | None:
        """Its process id."""

    @property
    def exit_code(self) -> int | None:
        """How it ended, None while it runs."""

    def start(self) -> None:
        """Start it."""

    def ask_to_stop(self) -> None:
        """Begin to stop it."""

    def kill(self) -> None:
        """End it at once."""


class Kept:
    """A unit that is to run; `ends` counts how often in a row it ended soon after its start.

    `started_at` is when it was started last, in seconds of `time.time`; `last_exit` how it ended before that, or None.
    """

    def __init__(
        self, unit: Unit, say: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.unit = unit
        self.ends = 0
        self.started_at = time.time()
        self.last_exit: int | None = None
        self._say = say
        self._clock = clock
        self._running = unit.pid is not None
        self._started = self._due = clock()

    def look(self) -> None:
        """Notice an end, and start what is due."""
        now = self._clock()
        code = self.unit.exit_code
        if self._running and code is not None:
            self._running = False
            self.last_exit = code
            self.ends = 1 if now - self._started > STEADY_S else self.ends + 1
            delay_s = DELAYS_S[min(self.ends, len(DELAYS_S)) - 1]
            self._due = now + delay_s
            when = f"in {delay_s:g} s" if delay_s else "now"
            self._say(
                f"{self.unit.name} {describe_end(code)}; starting it again {when}. Log: {self.unit.log}"
            )
        if not self._running and now >= self._due:
            self._start()

    def _start(self) -> None:
        self._running = True
        self._started = self._clock()
        self.started_at = time.time()
        try:
            self.unit.start()
        except ServiceError as error:
            self._say(str(error))


def describe_end(code: int) -> str:
    """Say in words how a process ended."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def stop_all(
    units: Collection[Unit], patience_s: float, *, hurried: Callable[[], bool] = lambda: False
) -> None:
    """Ask all to end, wait for the slowest, and kill what is left after `patience_s` or once in a hurry."""
    for unit in units:
        unit.ask_to_stop()
    deadline = time.monotonic() + patience_s
    while any(unit.pid and unit.exit_code is None for unit in units):
        if time.monotonic() > deadline or hurried():
            break
        time.sleep(0.02)
    for unit in units:
        unit.kill()


def reap_strangers(known: Collection[int | None]) -> None:
    """Collect the ends of processes that fell to this one because their own parent ended before them."""
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None or found.si_pid in known:
            return  # a known one is collected by its owner; whoever stands behind it has a turn next time
        os.waitpid(found.si_pid, os.WNOHANG)
