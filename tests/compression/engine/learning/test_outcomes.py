"""What training refuses: outcomes that no codec on a real machine can have, and too much of one hand."""

from dataclasses import replace
from typing import Any

import pytest

from compression.engine.learning.outcomes import Outcome, Trial, believable, distinct, fault
from compression.engine.learning.training import OWNER_LEAST, assembled


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"features_version": 99}, "another version"),
        ({"action_set": 0}, "another version"),
        ({"size": 0}, "size"),
        ({"size": 1 << 30}, "size"),
        ({"machine": 0.0}, "calibration"),
        ({"machine": float("nan")}, "calibration"),
        ({"features": {"zstd": float("inf")}}, "features"),
        ({"features": {}}, "features"),
        ({"trials": {}}, "no trial"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(
    experience: list[Outcome], changes: dict[str, Any], reason: str
) -> None:
    poisoned = replace(experience[0], **changes)
    assert fault(poisoned) == reason
    kept, refused = assembled([poisoned, experience[1]])
    assert kept == [experience[1]]
    assert refused == {reason: 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"encode_s": 0.0, "size": 1 << 30},
        {"encode_s": -1.0},
        {"decode_s": float("nan")},
        {"encode_s": 1e9},
        {"size": 0},
        {"size": None},
        {"error": "WrongBytes"},
    ],
)
def test_a_trial_that_cannot_be_is_not_believed(experience: list[Outcome], changes: dict[str, Any]) -> None:
    outcome = experience[0]
    trial = outcome.trials["zstd-3"]
    assert believable(trial, outcome)
    assert not believable(replace(trial, **changes), outcome)


def test_content_counts_once_however_often_it_was_seen(experience: list[Outcome]) -> None:
    """A single liar among them does not matter either: the median does."""
    outcome = experience[0]
    lie = replace(outcome.trials["zstd-3"], size=1)
    liar = replace(outcome, trials={**outcome.trials, "zstd-3": lie})
    (merged,) = distinct([liar, *[outcome] * 10_000])
    assert merged.trials["zstd-3"] == outcome.trials["zstd-3"]
    kept, refused = assembled([outcome] * 10_000 + [experience[1]])
    assert len(kept) == 2
    assert refused == {"seen before": 9_999}


def test_no_owner_decides_alone(experience: list[Outcome]) -> None:
    flood = [replace(experience[0], content=f"{number:064x}", owner="mallory") for number in range(1000)]
    others = [replace(outcome, owner=f"user {number}") for number, outcome in enumerate(experience[1:60])]
    kept, refused = assembled([*flood, *others])
    share = sum(outcome.owner == "mallory" for outcome in kept)
    assert OWNER_LEAST <= share <= 0.2 * (len(flood) + len(others))
    assert refused["share of its owner"] == 1000 - share
    assert sum(outcome.owner != "mallory" for outcome in kept) == len(others)


def test_a_single_owner_may_have_all(experience: list[Outcome]) -> None:
    mine = [replace(outcome, owner="me") for outcome in experience]
    assert assembled(mine)[0] == mine


def test_held_out_content_is_refused_by_chunk_and_by_file(experience: list[Outcome]) -> None:
    kept, refused = assembled(experience, {experience[0].content, experience[1].group})
    assert experience[0] not in kept
    assert experience[1] not in kept
    assert refused["held out"] >= 2


def test_an_outcome_of_few_actions_does_not_say_which_is_best(experience: list[Outcome]) -> None:
    few = replace(experience[0], trials={"zstd-3": Trial("zstd-3", 100, 0.001, 400, 0.002, 0.001)})
    assert assembled([few])[1] == {"few actions": 1}


def test_trials_of_broken_codecs_do_not_make_an_outcome_complete(experience: list[Outcome]) -> None:
    outcome = experience[0]
    broken = {name: Trial(name, error="WrongBytes") for name in outcome.trials}
    poisoned = replace(outcome, trials={**broken, "zstd-3": outcome.trials["zstd-3"]})
    assert assembled([poisoned])[1] == {"few actions": 1}


def test_a_share_is_of_what_can_be_learned_from(experience: list[Outcome]) -> None:
    """Outcomes of one action, of which real runs make most, give nobody room."""
    some = experience[0].trials["zstd-3"]
    runs = [
        replace(experience[0], content=f"{n:064x}", owner=f"user {n % 9}", trials={"zstd-3": some})
        for n in range(900)
    ]
    flood = [replace(experience[0], content=f"{n:064x}", owner="mallory") for n in range(1000, 1100)]
    others = [replace(outcome, owner=f"user {n}") for n, outcome in enumerate(experience[1:6])]
    kept, _ = assembled([*runs, *flood, *others])
    assert sum(outcome.owner == "mallory" for outcome in kept) <= OWNER_LEAST + 1


def test_times_of_different_machines_are_made_alike(experience: list[Outcome]) -> None:
    outcome = experience[0]
    slower = {
        name: replace(trial, encode_s=4 * (trial.encode_s or 0), decode_s=4 * (trial.decode_s or 0))
        for name, trial in outcome.trials.items()
    }
    (merged,) = distinct([outcome, replace(outcome, machine=4 * outcome.machine, trials=slower)])
    assert merged.machine == outcome.machine
    assert merged.trials["zstd-3"].encode_s == pytest.approx(outcome.trials["zstd-3"].encode_s)
