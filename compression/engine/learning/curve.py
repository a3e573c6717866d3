"""The curve: states trained on more and more outcomes, judged on content that they have not seen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from compression.engine.learning import improving, training
from compression.engine.learning.actions import NAMES
from compression.engine.learning.evaluating import WEIGHTS, Judged, coverage, judged
from compression.engine.learning.improving import Rate
from compression.engine.learning.outcomes import Outcome
from compression.engine.learning.state import State

FOLDS = 4
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Split:
    """Outcomes to learn from, and others to be judged on; no kind, or at least no file, is in both."""

    learned: Sequence[Outcome]
    judged: Sequence[Outcome]


@dataclass(frozen=True)
class Point:
    """One state of a curve for each split: the mean number of outcomes, all decisions, and those without trials."""

    outcomes: int
    states: Sequence[State]
    judged: Sequence[Judged]
    untried: Sequence[Judged]


def by_kind(outcomes: Sequence[Outcome], seed: int = 0) -> list[Split]:
    """FOLDS splits by kind: each outcome is judged once, by a state that has not seen its kind."""
    kinds = np.random.default_rng(seed).permutation(sorted({outcome.kind for outcome in outcomes}))
    parts = [set(kinds[number::FOLDS]) for number in range(min(FOLDS, len(kinds)))]
    return [
        Split(
            [outcome for outcome in outcomes if outcome.kind not in part],
            [outcome for outcome in outcomes if outcome.kind in part],
        )
        for part in parts
    ]


def held_out(outcomes: Sequence[Outcome], holdout: Sequence[Outcome]) -> Split:
    """A split with a hold-out of its own: training refuses whatever is in it."""
    refuse = {outcome.content for outcome in holdout} | {outcome.group for outcome in holdout}
    kept, _ = training.assembled(outcomes, refuse)
    return Split(kept, holdout)


def points(
    splits: Sequence[Split],
    counts: Sequence[int],
    start: State,
    base: State,
    *,
    before: Sequence[Outcome] = (),
    weights: Mapping[str, float] = WEIGHTS,
    seed: int = 0,
    tell: Progress = lambda _: None,
) -> Iterator[Point]:
    """The states of a curve in turn: `start`, and on top of `base` each on `counts` outcomes of the same random order.

    `before` are outcomes that all but the first learn from as well: those that `start` was trained on.
    """
    last: list[int] = []
    for count in sorted(set(counts)):
        used = [min(count, len(split.learned)) for split in splits]
        if used == last:  # there are no more outcomes than before: it would be the same state again
            continue
        last = used
        states, decided, untried = [], [], []
        for number, split in enumerate(splits):
            tell(f"{count} outcomes, part {number + 1} of {len(splits)}")
            chosen = _first(split.learned, count, seed)
            state = start if not chosen else _trained(chosen, before, base, weights, seed)
            states.append(state)
            decided += judged(state, split.judged, weights)
            untried += judged(state, split.judged, weights, trials=False)
        yield Point(round(float(np.mean(used))), states, decided, untried)


def _trained(
    chosen: Sequence[Outcome], before: Sequence[Outcome], base: State, weights: Mapping[str, float], seed: int
) -> State:
    def score(state: State, outcomes: Sequence[Outcome]) -> list[float]:
        return [one.charged for one in judged(state, outcomes, weights)]

    return training.train([*before, *chosen], base, seed, score=score)


def _first(outcomes: Sequence[Outcome], count: int, seed: int) -> list[Outcome]:
    order = np.random.default_rng(seed).permutation(len(outcomes))
    return [outcomes[place] for place in order[:count]]


def shuffled(outcomes: Sequence[Outcome], seed: int = 0) -> list[Outcome]:
    """The control: what came of content goes to other content, and there to other actions. Nothing can be learned."""
    chance = np.random.default_rng(seed)
    result = []
    for outcome, source in zip(outcomes, chance.permutation(len(outcomes)), strict=True):
        given = list(outcomes[source].trials.values())
        scale = outcome.size / outcomes[source].size
        trials = {
            name: _moved(given[place % len(given)], name, scale)
            for name, place in zip(NAMES, chance.permutation(len(NAMES)), strict=True)
        }
        result.append(replace(outcome, trials=trials))
    return result


def _moved(trial: Any, name: str, scale: float) -> Any:
    def scaled(value: float | None) -> Any:
        return None if value is None else value * scale

    return replace(
        trial,
        action=name,
        size=None if trial.size is None else max(1, round(trial.size * scale)),
        sample_size=None if trial.sample_size is None else max(1, round(trial.sample_size * min(scale, 1.0))),
        encode_s=scaled(trial.encode_s),
        decode_s=scaled(trial.decode_s),
    )


def rate(curve: Sequence[Point], seed: int = 0) -> Rate:
    """The improvement rate over a curve."""
    return improving.improvement([(point.outcomes, point.judged) for point in curve], seed)


def report(curve: Sequence[Point], objectives: Sequence[str], seed: int = 0) -> list[dict[str, Any]]:
    """The curve as rows of JSON data: one for each point, objective, and policy (with `trials`, or `predict`)."""
    rows = []
    for point in curve:
        for policy, found in (("trials", point.judged), ("predict", point.untried)):
            for objective in objectives:
                regret = improving.mean(found, objective, seed)
                spent = float(np.mean([one.decision_cpu_s[objective] for one in found]))
                rows.append({
                    "outcomes": point.outcomes,
                    "objective": objective,
                    "policy": policy,
                    "regret": float(np.expm1(regret.rate)),
                    "low": float(np.expm1(regret.low)),
                    "high": float(np.expm1(regret.high)),
                    "decision_cpu_ms": 1000 * spent,
                })  # fmt: skip
    return rows


def covered(point: Point, splits: Sequence[Split]) -> dict[str, float]:
    """How many of the truths lie in the intervals of a point's states, over all splits."""
    found = [
        (coverage(s, split.judged), len(split.judged)) for s, split in zip(point.states, splits, strict=True)
    ]
    total = sum(count for _, count in found)
    return {name: sum(part[name] * count for part, count in found) / total for name in found[0][0]}
