"""Training: outcomes become a state. The same one for the same outcomes and seed."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from compression.engine.analysis.features import FEATURES_VERSION
from compression.engine.learning.actions import ACTION_SET_VERSION, NAMES
from compression.engine.learning.forest import grown
from compression.engine.learning.intervals import margins
from compression.engine.learning.outcomes import Outcome, believable, distinct, fault
from compression.engine.learning.state import BASIS, State, basis
from compression.engine.learning.tables import CLIPPED, QUANTITIES, Matrix, Table, table

OWNER_SHARE, OWNER_LEAST = 0.2, 20
"""No owner has more than this part of the outcomes, or than all have on average; but so many are always taken."""
COMPLETE = 0.5
"""Outcomes with less than this part of the actions tell too little about which is best."""
FOLDS = 4
LEAST = 8
IMPORTANCE = {"ratio": 1.0, "bias": 1.0, "encode": 0.3, "decode": 0.3}
"""How much trees heed each target when they grow."""
RIDGE, RIDGE_MEAN = 4.0, 10.0
"""How firmly the coefficients stay where they are, and their means."""

Progress = Callable[[float], None]


def assembled(
    outcomes: Iterable[Outcome], refuse: Collection[str] = ()
) -> tuple[list[Outcome], dict[str, int]]:
    """The outcomes to train on, and how many were refused for which reason.

    `refuse` are hashes of contents (chunks or groups) that are held out. One content counts once.
    """
    refused: Counter[str] = Counter()
    sound = []
    for outcome in outcomes:
        held = outcome.content in refuse or outcome.group in refuse
        reason = "held out" if held else fault(outcome) or _too_little(outcome)
        if reason:
            refused[reason] += 1
        else:
            sound.append(outcome)
    once = distinct(sound)
    refused["seen before"] += len(sound) - len(once)
    kept: list[Outcome] = []
    owners = {outcome.owner for outcome in once}
    most = max(OWNER_LEAST, int(max(OWNER_SHARE, 1 / max(len(owners), 1)) * len(once)))
    owned: Counter[str] = Counter()
    for outcome in once:
        if outcome.owner and owned[outcome.owner] >= most:
            refused["share of its owner"] += 1
        else:
            owned[outcome.owner] += 1
            kept.append(outcome)
    return kept, {reason: count for reason, count in refused.items() if count}


def _too_little(outcome: Outcome) -> str:
    """Why an outcome does not say which action is best."""
    known = sum(believable(trial, outcome) for trial in outcome.trials.values())
    return "" if known >= COMPLETE * len(NAMES) else "few actions"


def static(outcomes: Sequence[Outcome]) -> State:
    """State 0: what actions made of these outcomes, whatever the content; `benchmarks.prior` makes it once."""
    found = table(outcomes)
    coefficients, residuals = {}, []
    for quantity in QUANTITIES:
        target = _filled(found.targets[quantity], np.nanmedian(found.targets[quantity], axis=0))
        fitted = np.zeros((1 + len(BASIS), len(NAMES)))
        fitted[0] = target.mean(axis=0)
        coefficients[quantity] = fitted
        residuals.append(target - fitted[0])
    state = State(
        coefficients,
        _clipped(np.concatenate(residuals, axis=1)).astype(np.float32),
        {quantity: np.zeros(len(NAMES), np.float32) for quantity in QUANTITIES},
        {
            **_versions(),
            "outcomes": 0,
            "made": "static",
            "contents": _digest(outcomes),
            "fitted_to": len(outcomes),
        },
    )
    return replace(state, margins=margins(state, found))


def train(
    outcomes: Sequence[Outcome],
    prior: State,
    seed: int = 0,
    on_progress: Progress | None = None,
    score: "Callable[[State, Sequence[Outcome]], Sequence[float]] | None" = None,
) -> State:
    """A state that has learned from these outcomes (as `assembled` gives them) on top of a prior.

    `score` gives the regret of each outcome under a state: by it, folds of whole kinds choose how much the forest is
    trusted. Without it the forest is trusted in full.
    """
    if not outcomes:
        return prior
    tell = on_progress or (lambda _: None)
    found = table(outcomes)
    folds = _folds(found.kinds, seed)
    trust, out_of_fold = _trust(outcomes, found, prior, folds, seed, tell, score)
    state = _fitted(found, prior, seed, trust) if trust else prior
    tell(0.95)
    lineage = {
        **_versions(),
        "made": "training",
        "outcomes": len(outcomes),
        "contents": _digest(outcomes),
        "seed": seed,
        "prior": prior.name,
        "trust": trust,
    }
    return replace(state, margins=margins(prior, found, out_of_fold), lineage=lineage)


def _fitted(found: Table, prior: State, seed: int, trust: float) -> State:
    numbers = basis(found.inputs)
    coefficients = {}
    for quantity in QUANTITIES:
        before = prior.coefficients[quantity]
        left = found.targets[quantity] - numbers @ before
        coefficients[quantity] = before + trust * _ridge(numbers, _filled(left, _mean_of(left)))
    linear = replace(prior, coefficients=coefficients)
    residuals = _residuals(found, linear)
    weights = np.repeat([IMPORTANCE[quantity] for quantity in QUANTITIES], len(NAMES))
    forest = grown(found.inputs.astype(np.float32), residuals * weights, seed)
    return replace(linear, rows=residuals.astype(np.float32), forest=forest, trust=trust)


def _residuals(found: Table, prior: State) -> Matrix:
    """What the prior leaves over; where something is not known, what the rest of the row lets expect: its own mean."""
    expected = prior.prior(found.inputs)
    parts = []
    for quantity in QUANTITIES:
        residual = found.targets[quantity] - expected[quantity]
        parts.append(_filled(residual, _mean_of(residual)))
    return _clipped(np.concatenate(parts, axis=1))


def _filled(values: Matrix, otherwise: Matrix) -> Matrix:
    return np.where(np.isnan(values), np.nan_to_num(otherwise), values)


def _clipped(residuals: Matrix) -> Matrix:
    """Cut at CLIPPED times the usual spread of the column, which is told by its median, whatever the outliers."""
    middle = np.median(residuals, axis=0)
    spread = 1.4826 * np.median(np.abs(residuals - middle), axis=0) + 0.5
    return np.clip(residuals, middle - CLIPPED * spread, middle + CLIPPED * spread)


def _ridge(numbers: Matrix, target: Matrix) -> Matrix:
    """What to add to coefficients: small where the rows are few."""
    penalty = np.full(numbers.shape[1], RIDGE)
    penalty[0] = RIDGE_MEAN
    return np.linalg.solve(numbers.T @ numbers + np.diag(penalty), numbers.T @ target)


TRUSTS = (0.0, 0.5, 1.0)


def _trust(
    outcomes: Sequence[Outcome],
    found: Table,
    prior: State,
    folds: list[Any],
    seed: int,
    tell: Progress,
    score: "Callable[[State, Sequence[Outcome]], Sequence[float]] | None",
) -> tuple[float, list[tuple[Any, State]]]:
    """How much the forest is trusted, and for each fold the rows left out with the state that has not seen them."""
    if len(folds) < 2 or (score and len(found) < LEAST):
        return 0.0 if score else 1.0, []
    states = []
    for number, left_out in enumerate(folds):
        kept = np.setdiff1d(np.arange(len(found)), left_out)
        part = _part(found, kept)
        states.append([(left_out, _fitted(part, prior, seed, trust) if trust else prior) for trust in TRUSTS])
        tell(0.8 * (number + 1) / len(folds))
    if score is None:
        return 1.0, [fold[-1] for fold in states]
    regrets = []
    for choice in range(len(TRUSTS)):
        parts = [
            score(state, [outcomes[n] for n in left_out])
            for left_out, state in (fold[choice] for fold in states)
        ]
        regrets.append(np.concatenate([np.asarray(part) for part in parts]))
    best = int(np.argmin([np.mean(found) for found in regrets]))
    trust = TRUSTS[best]
    return trust, [fold[best] for fold in states]


def _folds(kinds: Sequence[str], seed: int) -> list[Any]:
    """Rows in up to FOLDS parts of about the same size, each of whole kinds."""
    order = np.random.default_rng(seed).permutation(sorted(set(kinds)))
    sizes = Counter(kinds)
    parts: list[list[str]] = [[] for _ in range(min(FOLDS, len(order)))]
    for kind in sorted(order, key=lambda kind: -sizes[kind]):
        min(parts, key=lambda part: sum(sizes[one] for one in part)).append(kind)
    names = np.array(kinds)
    return [np.flatnonzero(np.isin(names, part)) for part in parts if part]


def _part(found: Table, rows: Any) -> Table:
    return Table(
        found.inputs[rows],
        {name: values[rows] for name, values in found.targets.items()},
        tuple(found.kinds[n] for n in rows),
        tuple(found.groups[n] for n in rows),
    )


def _versions() -> Mapping[str, Any]:
    return {"action_set": ACTION_SET_VERSION, "features_version": FEATURES_VERSION, "code": 1}


def _digest(outcomes: Sequence[Outcome]) -> str:
    contents = "\n".join(sorted(outcome.content for outcome in outcomes))
    return hashlib.sha256(contents.encode()).hexdigest()


def _mean_of(rows: Matrix) -> Matrix:
    """The mean of what is known in each row; 0 where nothing is."""
    known = ~np.isnan(rows)
    return np.nansum(rows, axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
