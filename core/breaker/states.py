"""How the state of a circuit breaker becomes the next; pure, with the time as an argument."""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum


class Status(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Rules:
    """When a breaker opens and for how long; times in seconds.

    It opens after `failures` in a row, or where among at least `calls` calls of a window a share of `slow_share` took
    longer than `slow_s`. It stays open for `open_s`; a probe that says nothing for `probe_s` is given up.
    """

    failures: int = 5
    slow_s: float = 5.0
    slow_share: float = 0.5
    calls: int = 10
    window_s: float = 30.0
    open_s: float = 3.0
    probe_s: float = 20.0


@dataclass(frozen=True)
class Outcome:
    """How some calls went: all, those of them that were slow, and failures with the cause of the last."""

    calls: int = 0
    slow: int = 0
    failed: int = 0
    cause: str = ""

    def plus(self, *, slow: bool) -> "Outcome":
        """Return it with one more call that went well."""
        return replace(self, calls=self.calls + 1, slow=self.slow + slow)


@dataclass(frozen=True)
class State:
    """Where a breaker is. Times are seconds since 1970: processes on several machines share them."""

    status: Status = Status.CLOSED
    since: float = 0.0
    failures: int = 0
    calls: int = 0
    slow: int = 0
    window_from: float = 0.0
    probe_until: float = 0.0
    cause: str = ""

    @property
    def untroubled(self) -> bool:
        """Whether nothing is on record that a good call would change."""
        return self.status == Status.CLOSED and not self.failures

    def dumps(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> "State":
        """Return the state that `dumps` wrote; the closed one for what another version wrote."""
        try:
            found = json.loads(text)
            return cls(**{**found, "status": Status(found["status"])})
        except (ValueError, TypeError, KeyError):
            return CLOSED_STATE


CLOSED_STATE = State()


@dataclass(frozen=True)
class Verdict:
    """Whether a call may go through, and if not, when to come again."""

    allowed: bool
    retry_after_s: float = 0.0


def admit(state: State, now: float, rules: Rules) -> tuple[State, Verdict]:
    """Return the state after somebody asks to call at `now`, and the answer."""
    if state.status == Status.CLOSED:
        return state, Verdict(allowed=True)
    ends = state.since + rules.open_s if state.status == Status.OPEN else state.probe_until
    if now < ends:
        return state, Verdict(allowed=False, retry_after_s=ends - now)
    since = now if state.status == Status.OPEN else state.since
    probing = replace(state, status=Status.HALF_OPEN, since=since, probe_until=now + rules.probe_s)
    return probing, Verdict(allowed=True)


def note(state: State, outcome: Outcome, now: float, rules: Rules) -> State:
    """Return the state after calls went as `outcome` says."""
    if state.status == Status.OPEN:
        return state  # calls that began before it opened
    if state.status == Status.HALF_OPEN:
        if outcome.failed or outcome.slow:
            return _opened(state, now, outcome.cause or state.cause)
        return replace(CLOSED_STATE, since=now)
    if now - state.window_from > rules.window_s:
        state = replace(state, calls=0, slow=0, window_from=now)
    state = replace(
        state,
        calls=state.calls + outcome.calls + outcome.failed,
        slow=state.slow + outcome.slow,
        failures=state.failures + outcome.failed if outcome.failed else 0,
    )
    if state.failures >= rules.failures:
        return _opened(state, now, outcome.cause)
    if state.calls >= rules.calls and state.slow >= rules.slow_share * state.calls:
        return _opened(state, now, f"{state.slow} of {state.calls} calls took longer than {rules.slow_s:g} s")
    return state


def _opened(state: State, now: float, cause: str) -> State:
    return replace(CLOSED_STATE, status=Status.OPEN, since=now, cause=cause)
