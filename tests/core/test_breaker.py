"""Circuit breakers: when they open, how they close, and that processes agree."""

import logging
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from core.breaker import Breaker, CircuitOpen, Status, circuit
from core.breaker.events import BreakerChanged
from core.breaker.states import CLOSED_STATE, Outcome, Rules, State, admit, note
from core.errors import Unavailable
from core.events import subscribe

RULES = Rules(failures=3, slow_s=5, slow_share=0.5, calls=4, window_s=30, open_s=3, probe_s=20)
FAILED, GOOD, SLOW = Outcome(failed=1, cause="gone"), Outcome(calls=1), Outcome(calls=1, slow=1)


def after(*outcomes: Outcome, state: State = CLOSED_STATE, now: float = 1000) -> State:
    for outcome in outcomes:
        state = note(state, outcome, now, RULES)
    return state


# How a state becomes the next


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([FAILED, FAILED], Status.CLOSED),
        ([FAILED, FAILED, FAILED], Status.OPEN),
        ([FAILED, FAILED, GOOD, FAILED, FAILED], Status.CLOSED),
        ([SLOW, SLOW, SLOW], Status.CLOSED),
        ([SLOW, SLOW, GOOD, GOOD], Status.OPEN),
        ([SLOW, GOOD, GOOD, GOOD, GOOD], Status.CLOSED),
    ],
)
def test_it_opens_after_failures_in_a_row_or_where_too_much_is_slow(outcomes, status):
    assert after(*outcomes).status == status


def test_slow_calls_of_long_ago_do_not_count():
    early = after(SLOW, SLOW, GOOD)
    assert after(GOOD, state=early, now=1031) == replace(early, calls=1, slow=0, window_from=1031)


def test_while_open_calls_are_refused_and_then_one_is_a_probe():
    state = after(FAILED, FAILED, FAILED)
    state, verdict = admit(state, 1001, RULES)
    assert (verdict.allowed, verdict.retry_after_s) == (False, 2)
    state, verdict = admit(state, 1003, RULES)
    assert (verdict.allowed, state.status, state.cause) == (True, Status.HALF_OPEN, "gone")
    assert not admit(state, 1004, RULES)[1].allowed
    assert admit(state, 1024, RULES)[1].allowed, "a probe that says nothing is given up"
    assert after(GOOD, state=state, now=1005) == replace(CLOSED_STATE, since=1005)
    assert after(FAILED, state=state, now=1005).status == Status.OPEN
    assert after(SLOW, state=state, now=1005).status == Status.OPEN


def test_calls_from_before_it_opened_say_nothing():
    state = after(FAILED, FAILED, FAILED)
    assert after(GOOD, FAILED, state=state, now=1001) == state


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"status": "ajar"}', '{"status": "open", "more": 1}'])
def test_what_cannot_be_read_is_the_closed_state(text):
    assert State.loads(text) == CLOSED_STATE


def test_a_state_survives_text():
    state = after(FAILED, FAILED, FAILED)
    assert State.loads(state.dumps()) == state


# The breaker, as two processes have it


class Gone(Exception):
    """The dependency is away."""


def process() -> Breaker:
    """Return a breaker as another process would have it."""
    return Breaker(
        "test", code="test_unavailable", detail="It is away.", fails=lambda error: isinstance(error, Gone)
    )


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(Gone), breaker.guard():
            raise Gone("no answer")


@pytest.fixture
def numbers(settings):
    """What no test waits for; one that wants to changes it."""
    own = {"failures": 3, "open_s": 60, "slow_s": 60, "probe_s": 60, "calls": 4}
    settings.BREAKERS = {"test": own}
    return own


@pytest.fixture
def pair(numbers, monkeypatch):
    monkeypatch.setattr(circuit, "LOOK_S", 0)  # what one finds out the other knows at once
    one, other = process(), process()
    one.reset()
    yield one, other
    one.reset()


def test_what_one_process_finds_out_holds_for_the_other(pair):
    one, other = pair
    fail(one, 2)
    fail(other)
    assert one._states.update(CLOSED_STATE, lambda state, now: (state, None))[1].status == Status.OPEN
    with pytest.raises(CircuitOpen) as refused, other.guard():
        pytest.fail("must not be called")
    error = refused.value
    assert isinstance(error, Unavailable)
    assert (error.code, error.status, error.detail) == ("test_unavailable", 503, "It is away.")
    assert 1 <= int(error.headers["Retry-After"]) <= 60
    assert re.fullmatch(r"breaker open for \d+ s: no answer", other.describe())


def test_what_another_process_found_out_is_looked_up_now_and_then(pair, monkeypatch):
    one, other = pair
    with other.guard():
        pass
    fail(one, 3)
    monkeypatch.setattr(circuit, "LOOK_S", 60)
    with other.guard():
        pass
    monkeypatch.setattr(circuit, "LOOK_S", 0)
    with pytest.raises(CircuitOpen), other.guard():
        pytest.fail("must not be called")


def test_it_recovers_by_itself(pair, numbers):
    one, other = pair
    fail(one, 3)
    numbers["open_s"] = 0
    with other.guard():
        assert other.describe().startswith("breaker half open")
    with one.guard():
        pass
    assert one.describe() == "breaker closed"


def test_a_probe_that_fails_opens_it_again(pair, numbers):
    one, _ = pair
    fail(one, 3)
    numbers["open_s"] = 0
    fail(one)
    numbers["open_s"] = 60
    with pytest.raises(CircuitOpen), one.guard():
        pytest.fail("must not be called")


def test_only_one_of_many_is_the_probe(pair, numbers):
    one, other = pair
    fail(one, 3)
    numbers["open_s"] = 0
    hold, through = threading.Event(), []

    def call(breaker):
        with breaker.guard():
            through.append(1)
            hold.wait(60)

    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(call, breaker) for breaker in (one, other) * 4]
        while sum(done.done() for done in calls) < 7:
            time.sleep(0.01)
        hold.set()
    assert len(through) == 1
    assert sum(isinstance(done.exception(), CircuitOpen) for done in calls) == 7


def test_an_answer_that_is_an_error_is_an_answer(pair):
    one, _ = pair
    for _ in range(5):
        with pytest.raises(KeyError), one.guard():
            raise KeyError
    assert one.describe() == "breaker closed"


def test_slow_calls_open_it_unless_they_may_be(pair, numbers):
    one, _ = pair
    numbers["slow_s"] = 0.05
    for _ in range(4):
        with one.guard(patience_s=60):
            time.sleep(0.06)
    assert one.describe() == "breaker closed"
    for _ in range(4):
        with one.guard():
            time.sleep(0.06)
    assert "of 8 calls took longer than 0.05 s" in one.describe()


def test_its_changes_are_told(pair, numbers, caplog):
    told: list[BreakerChanged] = []
    subscribe(BreakerChanged)(told.append)
    one, _ = pair
    with caplog.at_level(logging.INFO, "core.breaker.circuit"):
        fail(one, 3)
        numbers["open_s"] = 0
        with one.guard():
            pass
    assert [(event.name, event.status, event.cause) for event in told] == [
        ("test", "open", "no answer"),
        ("test", "half_open", "no answer"),
        ("test", "closed", ""),
    ]
    assert [record.message for record in caplog.records] == [
        "breaker test: closed -> open: no answer",
        "breaker test: open -> half_open: no answer",
        "breaker test: half_open -> closed",
    ]


def test_without_redis_a_process_goes_by_what_it_knows(numbers, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    one, other = process(), process()
    fail(one, 3)
    with pytest.raises(CircuitOpen), one.guard():
        pytest.fail("must not be called")
    with other.guard():
        pass
    numbers["open_s"] = 0
    with one.guard():
        pass
    assert one.describe() == "breaker closed"


def test_good_calls_cost_redis_next_to_nothing(pair, monkeypatch):
    one, _ = pair
    monkeypatch.setattr(circuit, "LOOK_S", 60)
    monkeypatch.setattr(circuit, "TELL_S", 60)
    asked, update = [], one._states.update

    def counted(*args):
        asked.append(args)
        return update(*args)

    monkeypatch.setattr(one._states, "update", counted)
    for _ in range(1000):
        with one.guard():
            pass
    assert len(asked) <= 2
