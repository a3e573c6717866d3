"""The clock: one at a time, and no duty keeps another waiting."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection

from core import clock
from core.clock import Clock, Duty
from core.registry import Registry
from tests.core.crew import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the duties did; these duties alone are known."""
    done: list[str] = []
    duties: Registry[Duty] = Registry("duty")
    monkeypatch.setattr(clock, "duties", duties)

    def note(name: str) -> None:
        done.append(name)

    def fail() -> None:
        note("fails")
        raise RuntimeError("no")

    def broken() -> None:
        note("broken")
        raise OperationalError("deadlock detected")

    duties.add("a", Duty("a", 3600, fail))
    duties.add("b", Duty("b", 3600, broken))
    duties.add("c", Duty("c", 3600, lambda: note("seldom")))
    duties.add("d", Duty("d", 0, lambda: note("often")))
    yield done
    connection.close()


def test_each_duty_has_its_turn_whatever_becomes_of_the_others(done: list[str]) -> None:
    one = Clock(threading.Event())
    assert one._lead()  # who leads has a connection
    one.tick()
    one.tick()
    assert done == ["fails", "broken", "seldom", "often", "often"]


def test_of_two_clocks_one_leads_until_its_connection_ends(done: list[str]) -> None:
    def ask(one: Clock) -> bool:
        return one._lead()

    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        one, other = Clock(threading.Event()), Clock(threading.Event())
        assert first.submit(ask, one).result() is True
        assert first.submit(ask, one).result() is True
        assert second.submit(ask, other).result() is False
        first.submit(lambda: connection.close()).result()
        # The server lets go of the lock when it has noticed, a moment after the connection's end.
        until(lambda: second.submit(ask, other).result())
        assert first.submit(ask, one).result() is False
        second.submit(lambda: connection.close()).result()
        first.submit(lambda: connection.close()).result()


def test_a_database_that_was_away_gives_the_living_time(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    one = Clock(stop)

    def away() -> bool:
        stop.set()
        raise OperationalError("the database is starting up")

    monkeypatch.setattr(one, "_lead", away)
    one.run()
    one.tick()
    assert done == []


def test_the_clock_stops_when_told_to(done: list[str]) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=Clock(stop).run)
    thread.start()
    stop.set()
    thread.join(40)
    assert not thread.is_alive()
