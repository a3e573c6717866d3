"""The breaker itself."""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from core.breaker.events import BreakerChanged
from core.breaker.states import CLOSED_STATE, Outcome, Rules, State, Status, Verdict, admit, note
from core.breaker.store import SharedStates
from core.errors import Unavailable
from core.events import publish_now
from core.registry import Registry

log = logging.getLogger(__name__)

# What other processes have found out is looked up this often, and the outcome of good calls told as often.
LOOK_S = 0.25
TELL_S = 1.0

Fails = Callable[[BaseException], bool]


class CircuitOpen(Unavailable):
    """The dependency is away and was not asked; `Retry-After` says when it will be."""


class Breaker:
    """Stands before one dependency. `fails` says which exceptions of a call mean that the dependency is away.

    `code` and `detail` are those of the refusal. Its numbers are `settings.BREAKERS[name]`, fields of `Rules`; of a
    name with a colon the part before it counts.
    """

    def __init__(self, name: str, *, code: str, detail: str, fails: Fails) -> None:
        self.name, self.code, self.detail, self.fails = name, code, detail, fails
        self._lock = threading.Lock()
        self._states = SharedStates(name)
        self._state, self._looked_at = CLOSED_STATE, -math.inf
        self._good = Outcome()  # calls that went well and were not told yet
        self._told_at = -math.inf

    @property
    def rules(self) -> Rules:
        """The numbers that it goes by."""
        return Rules(**settings.BREAKERS.get(self.name.partition(":")[0], {}))

    @contextmanager
    def guard(self, patience_s: float = 0) -> Iterator[None]:
        """Let the block call the dependency, or raise CircuitOpen; note how it went.

        It may take `patience_s` longer than other calls before it counts as slow: large transfers do.
        """
        self._enter()
        began = time.monotonic()
        try:
            yield
        except Exception as error:
            if self.fails(error):
                self._note(Outcome(failed=1, cause=_cause(error)))
            else:
                self._went_well(time.monotonic() - began - patience_s)
            raise
        self._went_well(time.monotonic() - began - patience_s)

    def state(self) -> State:
        """Return what is known, at most LOOK_S old."""
        if time.monotonic() - self._looked_at > LOOK_S:
            self._change(lambda state, now: (state, None))
        return self._state

    def describe(self) -> str:
        """Return the state in words."""
        state, now = self.state(), time.time()
        if state.status == Status.CLOSED:
            return "breaker closed"
        seconds = max(0, round(now - state.since))
        return f"breaker {state.status.replace('_', ' ')} for {seconds} s: {state.cause}"

    def reset(self) -> None:
        """Close it, whatever was: for operators and tests."""
        self._good = Outcome()
        self._change(lambda state, now: (CLOSED_STATE, None))

    def _enter(self) -> None:
        state = self.state()
        if state.status == Status.CLOSED:
            return
        verdict = self._change(lambda state, now: admit(state, now, self.rules))
        assert verdict is not None
        if not verdict.allowed:
            after = str(max(1, math.ceil(verdict.retry_after_s)))
            raise CircuitOpen(self.detail, code=self.code, headers={"Retry-After": after})

    def _went_well(self, seconds: float) -> None:
        with self._lock:
            self._good = self._good.plus(slow=seconds > self.rules.slow_s)
            due = time.monotonic() - self._told_at > TELL_S
            if not due and self._state.untroubled and not self._good.slow:
                return
            outcome, self._good = self._good, Outcome()
            self._told_at = time.monotonic()
        self._note(outcome)

    def _note(self, outcome: Outcome) -> None:
        self._change(lambda state, now: (note(state, outcome, now, self.rules), None))

    def _change(self, step: Callable[[State, float], tuple[State, Verdict | None]]) -> Verdict | None:
        """Take the shared state a step further; tell everybody where that changed its status."""
        before, after, verdict = self._states.update(self._state, step)
        self._state, self._looked_at = after, time.monotonic()
        if before.status != after.status:
            level = logging.INFO if after.status == Status.CLOSED else logging.WARNING
            why = f": {after.cause}" if after.cause else ""
            log.log(level, "breaker %s: %s -> %s%s", self.name, before.status, after.status, why)
            publish_now(BreakerChanged(self.name, after.status, after.cause))
        return verdict


def _cause(error: BaseException) -> str:
    return f"{getattr(error, 'detail', '') or error}"[:200]


breakers: Registry[Breaker] = Registry("circuit breaker")


def breaker(name: str, *, code: str, detail: str, fails: Fails) -> Breaker:
    """Make and register the breaker of a dependency; called at import."""
    return breakers.add(name, Breaker(name, code=code, detail=detail, fails=fails))
