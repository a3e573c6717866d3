"""The state machine of alerts: what it promises for any values at any moments."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.alerting.choices import Direction, Status
from metrics.alerting.machine import Change, Condition, State, advance

Points = list[tuple[float, float]]
ABOVE = Condition(Direction.ABOVE, 90, 80, for_s=3, clear_for_s=2)


def run(condition: Condition, points: Points, now: float | None = None) -> tuple[State | None, list[Change]]:
    """Take it from the beginning."""
    end = points[-1][0] if points and now is None else now or 0
    return advance(None, points, end, condition)


def words(changes: list[Change]) -> list[tuple[str, float]]:
    """What it came to, and when."""
    return [(change.after.value, change.t) for change in changes]


def every_second(*values: float) -> Points:
    return [(float(t), value) for t, value in enumerate(values)]


def test_it_fires_after_a_while_and_ends_after_a_while() -> None:
    _, changes = run(ABOVE, every_second(10, 95, 95, 95, 95, 95, 70, 70, 70, 70))
    assert words(changes) == [("pending", 1), ("firing", 4), ("ok", 8)]


def test_a_spike_that_is_too_short_does_not_fire() -> None:
    _, changes = run(ABOVE, every_second(95, 95, 95, 10, 95, 95, 95, 10))
    assert words(changes) == [("pending", 0), ("ok", 3), ("pending", 4), ("ok", 7)]


def test_without_waiting_it_fires_at_once() -> None:
    condition = Condition(Direction.BELOW, 1, 1, for_s=0, clear_for_s=0)
    _, changes = run(condition, every_second(1, 0, 1))
    assert words(changes) == [("firing", 1), ("ok", 2)]


def test_between_the_thresholds_nothing_ends() -> None:
    _, changes = run(ABOVE, every_second(95, 95, 95, 95, 85, 85, 91, 85, 79, 85, 79, 79, 79))
    assert words(changes) == [("pending", 0), ("firing", 3), ("ok", 12)]


def test_silence_is_a_state_of_its_own_and_no_end() -> None:
    points = every_second(95, 95, 95, 95)
    state, changes = run(ABOVE, points, now=100)
    assert words(changes)[-1] == ("no_data", 63)
    assert state is not None
    assert (state.status, state.fires) == (Status.NO_DATA, True)
    state, changes = advance(state, [(101, 95.0)], 101, ABOVE)
    assert words(changes) == [("firing", 101)]
    _, changes = advance(state, [(200, 10.0), (202, 10.0)], 202, ABOVE)
    assert words(changes) == [("no_data", 161), ("firing", 200), ("ok", 202)]


def test_what_was_fine_and_went_silent_is_fine_when_it_comes_again() -> None:
    _, changes = run(ABOVE, [(0, 10), (100, 10)])
    assert words(changes) == [("no_data", 60), ("ok", 100)]
    _, changes = run(ABOVE, [(0, 95), (100, 95), (103, 95)])
    assert words(changes) == [("pending", 0), ("no_data", 60), ("pending", 100), ("firing", 103)]


# For any values


values = st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 1))


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    direction = draw(st.sampled_from(Direction))
    threshold, gap = draw(values), draw(st.floats(0, 100).map(lambda value: round(value, 1)))
    clear = threshold - gap if direction == Direction.ABOVE else threshold + gap
    return Condition(
        direction,
        threshold,
        clear,
        draw(st.sampled_from([0, 1, 5, 30])),
        draw(st.sampled_from([0, 1, 5, 30])),
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[Condition, Points]:
    """A condition, and values near its thresholds with gaps between them."""
    condition = draw(conditions())
    near = st.sampled_from(
        [condition.threshold, condition.clear_threshold, condition.threshold + 1, condition.threshold - 1]
    )
    mid = (condition.threshold + condition.clear_threshold) / 2
    steps = draw(
        st.lists(
            st.tuples(st.sampled_from([1, 1, 1, 2, 10, 59, 61, 200]), st.one_of(near, values, st.just(mid))),
            max_size=60,
        )
    )
    t, points = 1000.0, []
    for step, value in steps:
        t += step
        points.append((t, value))
    return condition, points


@given(histories())
def test_it_never_fires_on_the_good_side(found: tuple[Condition, Points]) -> None:
    condition, points = found
    by_moment = dict(points)
    _, changes = run(condition, points, 10**6)
    for change in changes:
        if change.after == Status.FIRING and change.before != Status.NO_DATA:
            assert condition.is_beyond(by_moment[change.t])
            begun = [t for t, _ in points if change.t - condition.for_s <= t <= change.t]
            assert all(condition.is_beyond(by_moment[t]) for t in begun)
        if change.after == Status.OK and change.before == Status.FIRING:
            assert condition.is_clear(by_moment[change.t])


@given(histories())
def test_only_ways_that_there_are(found: tuple[Condition, Points]) -> None:
    condition, points = found
    _, changes = run(condition, points, 10**6)
    status = Status.OK
    for change in changes:
        assert change.before == status != change.after
        status = change.after
    allowed = {
        (Status.OK, Status.PENDING),
        (Status.PENDING, Status.OK),
        (Status.PENDING, Status.FIRING),
        (Status.FIRING, Status.OK),
        *((one, Status.NO_DATA) for one in (Status.OK, Status.PENDING, Status.FIRING)),
        *((Status.NO_DATA, one) for one in (Status.OK, Status.PENDING, Status.FIRING)),
    }
    if not condition.for_s:
        allowed.add((Status.OK, Status.FIRING))
    assert {(change.before, change.after) for change in changes} <= allowed
    assert all(one.t <= other.t for one, other in pairwise(changes))


@given(conditions(), st.lists(st.floats(0, 1), min_size=1, max_size=50), st.booleans())
def test_between_the_thresholds_nothing_flaps(
    condition: Condition, shares: list[float], begins_beyond: bool
) -> None:
    """Whatever was before them, values between the thresholds neither fire nor end anything."""
    step = 1 if condition.direction == Direction.ABOVE else -1
    first = condition.threshold + (step if begins_beyond else -step * 2000)
    start = [(float(t), first) for t in range(40)]
    low, high = sorted([condition.threshold, condition.clear_threshold])
    inside = [(40.0 + t, min(max(low + (high - low) * share, low), high)) for t, share in enumerate(shares)]
    inside = [
        (t, value) for t, value in inside if not condition.is_beyond(value) and not condition.is_clear(value)
    ]
    state, _ = run(condition, start)
    _, changes = advance(state, inside, 40, condition)
    assert changes == []


@given(histories(), st.data())
def test_it_is_all_one_when_somebody_looks(found: tuple[Condition, Points], data: st.DataObject) -> None:
    """A preview over the whole is what looks in between have given: the same changes at the same moments."""
    condition, points = found
    whole = run(condition, points, 10**6)
    state: State | None = None
    changes: list[Change] = []
    rest = list(points)
    while rest:
        some = data.draw(st.integers(0, len(rest)))
        come, rest = rest[:some], rest[some:]
        # Somebody looks at any moment before the next value.
        last = come[-1][0] if come else (state.last if state else 0)
        latest = rest[0][0] if rest else 10**6
        now = last + (latest - last) * data.draw(st.floats(0, 0.999))
        state, new = advance(state, come, now, condition)
        changes += new
        if not some and not data.draw(st.booleans()):
            come, rest = rest, []
            state, new = advance(state, come, come[-1][0], condition)
            changes += new
    state, new = advance(state, [], 10**6, condition)
    assert (state, [*changes, *new]) == whole


@pytest.mark.parametrize("direction", list(Direction))
def test_exactly_at_the_threshold_is_not_beyond(direction: Direction) -> None:
    condition = Condition(direction, 5, 5, 0, 0)
    assert not condition.is_beyond(5)
    assert condition.is_clear(5)
