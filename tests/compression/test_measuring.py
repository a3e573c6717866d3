"""The procedure of measuring, with runs and a clock that the test commands."""

import random
from collections.abc import Callable

import pytest

from compression.choices import Ending
from compression.compare.measuring import LEAST, MOST, TIGHT, Measuring, Rules, Sample, order, speed
from compression.engine.errors import CodecCrashed, HostUnavailable, Stopped, StorageFull


class Machine:
    """Runs candidates that take the given seconds, each time a little more or less, and notes who ran when."""

    def __init__(self, seconds: list[float], noise: float = 0.0, seed: int = 1) -> None:
        self.seconds, self.noise = seconds, noise
        self.now, self.ran = 0.0, list[int]()
        self._rng = random.Random(seed)

    def run(self, candidate: int) -> Sample:
        self.ran.append(candidate)
        took = self.seconds[candidate] * self._rng.lognormvariate(0, self.noise)
        self.now += took
        return Sample(100, took / 2, took / 2, took / 2, took / 2, 1000)

    def measuring(self, rules: Rules, run: Callable[[int], Sample] | None = None) -> Measuring:
        return Measuring(len(self.seconds), run or self.run, rules, clock=lambda: self.now)


def test_calm_candidates_are_done_after_the_least_runs() -> None:
    machine = Machine([1, 2, 3])
    measuring = machine.measuring(Rules(budget_s=1000, seed=1))
    assert measuring.go() == Ending.TIGHT
    assert sorted(machine.ran) == sorted([0, 1, 2] * LEAST)
    assert measuring.seconds == pytest.approx(6 * LEAST)


def test_noisy_ones_are_run_until_their_intervals_are_tight_and_alone() -> None:
    machine = Machine([1, 1], noise=0.08)
    measuring = machine.measuring(Rules(budget_s=1e6, seed=2))
    assert measuring.go() == Ending.TIGHT
    for track in measuring.tracks:
        assert LEAST < len(track.samples) <= MOST
        assert track.spread <= TIGHT


def test_nothing_is_run_more_often_than_the_most() -> None:
    machine = Machine([1], noise=2.0)
    assert machine.measuring(Rules(budget_s=1e9, seed=1)).go() == Ending.REPETITIONS
    assert len(machine.ran) == MOST


def test_asked_repetitions_are_done_exactly() -> None:
    machine = Machine([1, 1, 1])
    assert machine.measuring(Rules(budget_s=1000, seed=3, repetitions=7)).go() == Ending.REPETITIONS
    assert [machine.ran.count(i) for i in range(3)] == [7, 7, 7]
    once = Machine([1, 1, 1], noise=1.0)
    once.measuring(Rules(budget_s=1000, seed=3, repetitions=1)).go()
    assert sorted(once.ran) == [0, 1, 2]


def test_the_budget_ends_it_but_each_candidate_was_run_once() -> None:
    machine = Machine([1, 2, 50, 1])
    measuring = machine.measuring(Rules(budget_s=10, seed=4))
    assert measuring.go() == Ending.BUDGET
    assert sorted(machine.ran) == [0, 1, 2, 3]
    assert all(len(track.samples) == 1 for track in measuring.tracks)


def test_the_order_is_random_in_each_round_and_the_same_for_the_same_seed() -> None:
    def ran(seed: int) -> list[int]:
        machine = Machine([1] * 6)
        machine.measuring(Rules(budget_s=1e6, seed=seed, repetitions=5)).go()
        return machine.ran

    assert ran(11) == ran(11)
    assert ran(11) != ran(12)
    rounds = [ran(11)[i : i + 6] for i in range(0, 30, 6)]
    assert all(sorted(found) == list(range(6)) for found in rounds)
    assert len({tuple(found) for found in rounds}) == 5
    assert order(11, 0, range(6)) == rounds[0]


def test_disturbances_meet_all_candidates_alike() -> None:
    """Ten runs of two equal candidates while the machine slows down: no one gets the bad half."""
    found = [order(7, number, [0, 1])[0] for number in range(200)]
    assert 70 < sum(found) < 130


def test_a_failure_ends_its_candidate_alone() -> None:
    machine = Machine([1, 1, 1])

    def run(candidate: int) -> Sample:
        if candidate == 1:
            raise CodecCrashed("It crashed", signal=11)
        return machine.run(candidate)

    measuring = machine.measuring(Rules(budget_s=100, seed=1), run)
    assert measuring.go() == Ending.TIGHT
    assert [len(track.samples) for track in measuring.tracks] == [LEAST, 0, LEAST]
    assert isinstance(measuring.tracks[1].error, CodecCrashed)


@pytest.mark.parametrize("error", [Stopped, HostUnavailable, StorageFull])
def test_what_is_no_candidates_fault_ends_it_all(error: type[Exception]) -> None:
    machine = Machine([1, 1])

    def run(candidate: int) -> Sample:
        if len(machine.ran) == 3:
            raise error
        return machine.run(candidate)

    with pytest.raises(error):
        machine.measuring(Rules(budget_s=100, seed=1), run).go()
    assert len(machine.ran) == 3


def test_progress_counts_who_is_done() -> None:
    machine, told = Machine([1, 1]), list[tuple[int, int]]()
    Measuring(
        2,
        machine.run,
        Rules(budget_s=100, seed=1, repetitions=2),
        on_run=lambda i, n: told.append((i, n)),
        clock=lambda: machine.now,
    ).go()
    assert [candidate for candidate, _ in told] == machine.ran
    assert [done for _, done in told] == [0, 0, 0, 1]


def test_speed_is_original_bytes_by_typical_seconds() -> None:
    found = speed(8_000_000, [2.0, 2.0, 2.0])
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((4, 4, 4))
    spread = speed(10**6, [1.0, 1.1, 0.9])
    assert spread is not None
    assert spread.low is not None
    assert spread.high is not None
    assert spread.low < spread.value < spread.high
    assert speed(0, [1.0]) is None
    assert speed(10, []) is None
    alone = speed(10, [1.0])
    assert alone is not None
    assert (alone.low, alone.high) == (None, None)
