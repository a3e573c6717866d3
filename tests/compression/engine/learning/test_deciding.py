"""Decisions: what is tried pays for itself, and the best of what is known is chosen."""

from dataclasses import replace

import pytest

from compression.engine.learning import shipped
from compression.engine.learning.actions import NAMES
from compression.engine.learning.deciding import Tried, decide
from compression.engine.learning.evaluating import replayed
from compression.engine.learning.outcomes import Outcome
from compression.engine.searching.objective import Aim, Constraints, Objective

RATIO = Aim(Objective.RATIO)


def test_a_choice_is_near_the_best(experience: list[Outcome]) -> None:
    """On content that the static state is about, with trials: what is chosen is rarely much larger than the best."""
    excess = []
    for outcome in experience[::4]:
        decision = decide(shipped.static(), outcome.features, outcome.size, RATIO, replayed(outcome))
        best = min(trial.size for trial in outcome.trials.values() if trial.size)
        excess.append((outcome.trials[decision.chosen].size or 0) / best)
    assert sorted(excess)[len(excess) // 2] < 1.01
    assert sum(one > 1.1 for one in excess) < len(excess) / 8


def test_without_trials_nothing_is_tried(experience: list[Outcome]) -> None:
    outcome = experience[0]
    decision = decide(shipped.prior(), outcome.features, outcome.size, RATIO)
    assert decision.tried == ()
    assert {name for name, _ in decision.ranked} == set(NAMES)
    assert [cost for _, cost in decision.ranked] == sorted(cost for _, cost in decision.ranked)


def test_the_budget_bounds_what_is_tried(experience: list[Outcome]) -> None:
    outcome = max(experience, key=lambda one: one.size)
    spent = [
        decide(shipped.static(), outcome.features, outcome.size, RATIO, replayed(outcome), budget_s=budget)
        for budget in (0.0, 0.02, 0.15)
    ]
    assert spent[0].tried == ()
    assert spent[1].cpu_s < 0.05
    assert len(spent[1].tried) < len(spent[2].tried)


def test_what_was_tried_and_is_far_smaller_is_chosen(experience: list[Outcome]) -> None:
    outcome = experience[0]

    def attempt(name: str) -> Tried:
        return Tried(name, 100 if name == "lz4-1" else 60_000, 0.0)

    decision = decide(shipped.prior(), outcome.features, 262_144, RATIO, attempt, budget_s=10)
    assert "lz4-1" in {one.action for one in decision.tried}
    assert decision.chosen == "lz4-1"


def test_an_action_that_fails_is_out_of_the_question(experience: list[Outcome]) -> None:
    outcome = experience[0]
    first = decide(shipped.prior(), outcome.features, outcome.size, RATIO).chosen
    again = decide(shipped.prior(), outcome.features, outcome.size, RATIO, lambda _: None, budget_s=10)
    assert first not in {name for name, _ in again.ranked} or again.tried == ()
    assert len(again.ranked) >= 1


def test_only_what_is_allowed_is_ranked(experience: list[Outcome]) -> None:
    allowed = ("zstd-3", "zstd-19")
    found = decide(shipped.prior(), experience[0].features, 5000, RATIO, allowed=allowed)
    assert {name for name, _ in found.ranked} == set(allowed)


@pytest.mark.parametrize(
    ("aim", "slow"),
    [
        (Aim(Objective.SPEED), {"brotli-11", "xz-6", "zstd-19", "bzip2-9"}),
        (Aim(Objective.DECODE), {"bzip2-9", "bzip3"}),
        (Aim(Objective.RATIO, Constraints(min_compress_mb_s=300)), {"brotli-11", "zstd-12", "gzip-6"}),
    ],
    ids=["speed", "decode", "a constraint"],
)
def test_what_is_too_slow_is_not_chosen(experience: list[Outcome], aim: Aim, slow: set[str]) -> None:
    for outcome in experience[::9]:
        decision = decide(shipped.prior(), outcome.features, outcome.size, aim, replayed(outcome))
        assert decision.chosen not in slow


def test_a_slower_machine_needs_faster_actions(experience: list[Outcome]) -> None:
    outcome = next(one for one in experience if one.kind == "c")
    aim = Aim(Objective.RATIO, Constraints(min_compress_mb_s=20))
    fast = decide(shipped.prior(), outcome.features, outcome.size, aim, machine=0.2).chosen
    slow = decide(shipped.prior(), outcome.features, outcome.size, aim, machine=5.0).chosen
    seconds = {name: trial.encode_s or 0 for name, trial in outcome.trials.items()}
    assert seconds[slow] < seconds[fast]


def test_decisions_are_repeatable(experience: list[Outcome]) -> None:
    outcome = replace(experience[7])
    found = [
        decide(shipped.prior(), outcome.features, outcome.size, RATIO, replayed(outcome)) for _ in range(2)
    ]
    assert found[0] == found[1]
