"""The parts of the live stream that need no server."""

import asyncio
import fnmatch
import json
import os
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.live import subscriptions
from metrics.live.board import REACH, Board
from metrics.live.hub import Hub
from metrics.live.patterns import Selection, matches
from metrics.live.subscriptions import Seat, Subscription


@given(st.text("ab.*", max_size=8), st.text("ab.", max_size=10))
def test_a_star_stands_for_anything(pattern: str, name: str) -> None:
    assert matches(pattern, name) == fnmatch.fnmatchcase(name, pattern)


def test_nothing_but_the_star_is_special() -> None:
    assert not matches("system.[a-z]*", "system.cpu_percent")
    assert not matches("system.?pu*", "system.cpu_percent")
    assert matches("[?].*", "[?].x")


def test_no_pattern_takes_long() -> None:
    began = time.thread_time()  # of this thread: others may keep the processor busy
    assert not matches("*a" * 100 + "*b", "a" * 10_000)
    assert time.thread_time() - began < 0.5


def test_a_selection_remembers_no_more_than_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.live.patterns.REMEMBERED", 10)
    selection = Selection(["a.*"])
    assert [name for name in (f"{'ab'[n % 2]}.{n}" for n in range(50)) if name in selection] == [
        f"a.{n}" for n in range(0, 50, 2)
    ]
    assert len(selection._known) <= 10


def test_what_is_equal_is_written_once() -> None:
    board, selection = Board("here"), Selection(["*"])
    board.post(1.0, "one", {"system.load_1": 1.0})
    first = board.text(selection, 0)
    assert first is not None
    assert board.text(Selection(["*"]), 0) is first
    board.post(2.0, "two", {"system.load_1": 1.0})
    assert board.text(selection, 1) != first


def test_values_that_are_old_are_not_told_to_who_comes_anew() -> None:
    board = Board("here")
    board.post(0.0, "first", {"system.load_1": 1.0, "system.load_5": 1.0})
    for second in range(REACH):
        board.post(float(second), str(second), {"system.load_1": 2.0})
    assert json.loads(board.text(Selection(["*"]), 0) or "")["metrics"] == {"system.load_1": 2.0}


@given(
    interval_ms=st.integers(250, 10_000),
    lateness=st.lists(st.floats(-0.15, 0.15), min_size=40, max_size=40),
)
def test_an_interval_is_kept_whatever_the_sampler_does(interval_ms: int, lateness: list[float]) -> None:
    """A client that asks for each second has each sample, though none is exactly a second after the other."""
    board, interval = Board("here"), interval_ms / 1000
    seat = Seat(lambda: None)
    seat.want(Subscription(Selection(["*"]), interval))
    told = []
    for second, late in enumerate(lateness):
        board.post(second + late, "", {"system.load_1": 1.0})
        if seat.take(board):
            told.append(second + late)
    gaps = [after - before for before, after in pairwise(told)]
    assert all(gap > interval - 0.401 for gap in gaps)
    if interval_ms <= 1000:
        assert len(told) == 40
    else:
        assert all(gap < interval + 1.4 for gap in gaps)


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    board, seat = Board("here"), Seat(lambda: None)
    seat.want(Subscription(Selection(["*"]), 60))
    board.post(1000.0, "", {"system.load_1": 1.0})
    assert seat.take(board)
    board.post(500.0, "", {"system.load_1": 1.0})
    assert seat.take(board)


def test_a_seat_says_when_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "HEARTBEAT_S", 0.05)

    async def wait() -> list[str]:
        seat, board = Seat(lambda: None), Board("here")
        first = (await seat.next())["type"]
        seat.want(Subscription(Selection(["*"]), 1.0))
        second = (await seat.next())["type"]
        third = (await seat.next())["type"]
        board.post(1.0, "", {})
        seat.wake(board)
        return [first, second, third, (await seat.next())["type"]]

    assert asyncio.run(wait()) == ["live.silence", "live.news", "live.silence", "live.news"]


def test_who_comes_while_the_last_one_leaves_is_heard_for(monkeypatch: pytest.MonkeyPatch) -> None:
    listening: list[int] = []

    async def hear(self: Hub) -> None:
        listening.append(1)
        try:
            await asyncio.Event().wait()
        finally:
            listening.pop()

    monkeypatch.setattr(Hub, "_hear", hear)

    async def visits() -> list[int]:
        hub, seat = Hub(), Seat(lambda: None)
        hub.join(seat)
        await asyncio.sleep(0)
        hub.leave(seat)
        hub.join(seat)
        while len(listening) != 1:
            await asyncio.sleep(0)
        for _ in range(10):
            await asyncio.sleep(0)
        count = [len(listening)]
        hub.leave(seat)
        while listening:
            await asyncio.sleep(0)
        return [*count, len(listening)]

    assert asyncio.run(visits()) == [1, 0]


def test_one_machine_tells_accounts_of_their_work_until_it_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    hub = Hub()
    heard = []
    for at, machine in ((0.0, "a"), (0.1, "b"), (1.0, "a"), (1.1, "b"), (4.2, "b"), (4.3, "a"), (5.2, "b")):
        now = 100.0 + at
        heard.append((machine, hub._tells(machine)))
    assert heard == [
        ("a", True),
        ("b", False),
        ("a", True),
        ("b", False),
        ("b", True),
        ("a", False),
        ("b", True),
    ]


def test_platforms_that_share_a_redis_do_not_hear_each_other() -> None:
    """Messages go to the listeners of all databases."""
    told = (
        "from metrics.live.publishing import CHANNEL; from core.events import layer; print(CHANNEL, layer()"
    )
    program = f"import django; django.setup(); {told}.redis_channel('x'))"
    found = set()
    for number in (3, 4):
        environ = {**os.environ, "REDIS_URL": f"redis://127.0.0.1:6379/{number}"}
        environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        done = subprocess.run(
            [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
        )
        found |= set(done.stdout.split())
    assert found == {
        f"dynacomp:{number}{rest}" for number in (3, 4) for rest in (":live-metrics", "__group__x")
    }
