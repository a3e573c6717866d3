"""How the state of an alert becomes the next: pure, with every moment as an argument (seconds since 1970).

    ok → pending → firing → ok

It is pending once a value is beyond the threshold, and firing when all values have been for `for_s`. It is over when
all values have been on the good side of `clear_threshold` for `clear_for_s`; between the two thresholds nothing begins
and nothing ends. A series that had no value for `silent_s` is in the state no_data: whether that is good or bad, nobody
knows. A firing alert that goes silent has not ended; it goes on where it was when values come again.

Only values and their moments count, not when somebody looks: to look once an hour or every second gives the same states
at the same moments, so that a preview over history is what would have happened.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from metrics.alerting.choices import Direction, Status

SILENT_S = 60.0


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule fires and when it is over again; `clear_threshold` is on the good side of `threshold`, or is it."""

    direction: Direction
    threshold: float
    clear_threshold: float
    for_s: float
    clear_for_s: float
    silent_s: float = SILENT_S

    def is_beyond(self, value: float) -> bool:
        """Say whether a value is wrong."""
        return value > self.threshold if self.direction == Direction.ABOVE else value < self.threshold

    def is_clear(self, value: float) -> bool:
        """Say whether a value is right enough for an end."""
        if self.direction == Direction.ABOVE:
            return value <= self.clear_threshold
        return value >= self.clear_threshold


@dataclass(frozen=True, slots=True)
class State:
    """Where a series is. `since`: when it came to this status; `last`: when its last value was, `value` which.

    `turned` is since when values have been beyond (while pending) or clear (while firing), None where they are not.
    `fires` says of no_data whether it was firing when it went silent.
    """

    status: Status
    since: float
    last: float
    value: float
    turned: float | None = None
    fires: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """From one status to another, at `t`, with the value that did it."""

    before: Status
    after: Status
    t: float
    value: float


def begin(t: float, value: float, condition: Condition) -> tuple[State, list[Change]]:
    """Return the state of a series with its first value."""
    return _step(State(Status.OK, t, t, value), t, value, condition)


def advance(
    state: State | None, points: Iterable[tuple[float, float]], now: float, condition: Condition
) -> tuple[State | None, list[Change]]:
    """Return the state after values (in order of time, none twice) and the time until `now`, and what changed."""
    changes: list[Change] = []
    for t, value in points:
        if state is None:
            state, new = begin(t, value, condition)
        else:
            state, silent = _wait(state, t, condition)
            state, new = _step(state, t, value, condition)
            changes += silent
        changes += new
    if state is not None:
        state, new = _wait(state, now, condition)
        changes += new
    return state, changes


def _wait(state: State, now: float, condition: Condition) -> tuple[State, list[Change]]:
    """Return the state after nothing came until `now`."""
    ends = state.last + condition.silent_s
    if state.status == Status.NO_DATA or now <= ends:
        return state, []
    silent = replace(
        state, status=Status.NO_DATA, since=ends, turned=None, fires=state.status == Status.FIRING
    )
    return silent, [Change(state.status, Status.NO_DATA, ends, state.value)]


def _step(state: State, t: float, value: float, condition: Condition) -> tuple[State, list[Change]]:
    """Return the state after a value."""
    was_firing = state.status == Status.FIRING or (state.status == Status.NO_DATA and state.fires)
    turning = condition.is_clear(value) if was_firing else condition.is_beyond(value)
    turned = (t if state.turned is None else state.turned) if turning else None
    long = turned is not None and t - turned >= (condition.clear_for_s if was_firing else condition.for_s)
    if was_firing:
        status = Status.OK if long else Status.FIRING
    elif turning:
        status = Status.FIRING if long else Status.PENDING
    else:
        status = Status.OK
    turned = None if long else turned
    if status == state.status:
        return State(status, state.since, t, value, turned), []
    return State(status, t, t, value, turned), [Change(state.status, status, t, value)]
