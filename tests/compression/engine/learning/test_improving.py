"""The number that says whether learning helps: right where the truth is known, and fooled by nothing."""

import math

import pytest

from compression.engine.learning import curve as curves
from compression.engine.learning import improving, shipped, training
from compression.engine.learning.curve import Point, Split
from compression.engine.learning.evaluating import Judged, coverage, judged
from compression.engine.learning.outcomes import Outcome

COUNTS = (0, 40)


def made(charged: list[float]) -> list[Judged]:
    return [
        Judged(f"c{place}", f"file {place // 2}", f"kind {place // 6}", {}, {}, {}, value)
        for place, value in enumerate(charged)
    ]


def test_the_rate_is_minus_the_slope_on_doublings() -> None:
    curve = [(2**n - 1, made([0.5 - 0.04 * n] * 24)) for n in range(6)]
    rate = improving.improvement(curve)
    assert math.isclose(rate.rate, 0.04)
    assert math.isclose(rate.low, 0.04)
    assert math.isclose(rate.high, 0.04)


def test_nothing_learned_is_no_improvement() -> None:
    noise = [(math.sin(7 * n) + 1) / 10 for n in range(60)]
    rate = improving.improvement([(0, made(noise)), (10, made(noise[1:] + noise[:1])), (100, made(noise))])
    assert rate.low < 0 < rate.high


def test_what_one_kind_gains_alone_is_no_proof() -> None:
    before, after = [0.1] * 60, [0.1] * 54 + [0.0] * 6
    rate = improving.improvement([(0, made(before)), (100, made(after))])
    assert rate.rate > 0
    assert rate.low == 0


def test_states_are_compared_on_the_same_contents_only() -> None:
    with pytest.raises(ValueError, match="different contents"):
        improving.advantage(made([0.1] * 4), made([0.1] * 5))
    found = improving.advantage(made([0.3] * 12), made([0.1] * 12))
    assert math.isclose(found.low, 0.2)


@pytest.fixture(scope="module")
def split(halves: tuple[list[Outcome], list[Outcome]]) -> Split:
    """Learn from some kinds, be judged on the others."""
    learned, others = halves
    return curves.held_out(learned, others)


@pytest.fixture(scope="module")
def curve(split: Split) -> list[Point]:
    return list(curves.points([split], COUNTS, shipped.static(), shipped.static()))


def test_learning_from_real_outcomes_helps_on_unseen_kinds(split: Split) -> None:
    states = [training.train(split.learned[:count], shipped.static()) for count in (0, 30, 100)]
    curve = [(state.outcomes, judged(state, split.judged)) for state in states]
    assert [outcomes for outcomes, _ in curve] == [0, 30, 100]
    assert improving.improvement(curve).rate > 0
    assert improving.advantage(curve[0][1], curve[-1][1]).rate > 0.002


def test_shuffled_outcomes_teach_nothing(split: Split) -> None:
    control = Split(curves.shuffled(split.learned), split.judged)
    points = list(curves.points([control], (0, 80), shipped.static(), shipped.static()))
    assert curves.rate(points).low <= 0


def test_a_shuffle_keeps_the_figures_and_loses_their_meaning(split: Split) -> None:
    mixed = curves.shuffled(split.learned)
    assert [outcome.features for outcome in mixed] == [outcome.features for outcome in split.learned]
    assert sum(a.trials != b.trials for a, b in zip(mixed, split.learned, strict=True)) == len(mixed)


def test_the_report_has_a_row_for_each_point_objective_and_policy(curve: list[Point], split: Split) -> None:
    rows = curves.report(curve, ["ratio", "balanced"])
    assert len(rows) == len(COUNTS) * 4
    assert all(row["low"] <= row["regret"] <= row["high"] for row in rows)
    assert all(0 < row["decision_cpu_ms"] < 250 for row in rows)
    covered = curves.covered(curve[-1], [split])
    assert set(covered) == {"ratio", "encode", "decode"}


def test_intervals_hold_on_kinds_that_were_not_seen(curve: list[Point], split: Split) -> None:
    covered = coverage(curve[-1].states[0], split.judged)
    assert all(0.8 < share < 0.98 for share in covered.values())


def test_a_state_is_judged_by_what_it_chose(experience: list[Outcome]) -> None:
    found = judged(shipped.static(), experience[:10], {"ratio": 1.0})
    for one, outcome in zip(found, experience[:10], strict=True):
        sizes = {name: trial.size for name, trial in outcome.trials.items() if trial.size}
        regret = math.log(sizes[one.chosen["ratio"]] / min(sizes.values()))
        assert math.isclose(one.regret["ratio"], regret, abs_tol=1e-12)
        assert one.charged > one.regret["ratio"]


def test_a_curve_has_no_point_twice(split: Split) -> None:
    few = Split(split.learned[:5], split.judged[:6])
    points = curves.points([few], (0, 5, 30, 300), shipped.static(), shipped.static())
    assert [point.outcomes for point in points] == [0, 5]
