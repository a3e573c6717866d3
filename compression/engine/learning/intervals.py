"""Intervals of predictions: quantiles of scenarios, widened until they hold on content that was not seen.

Conformalised quantile regression (Romano, Patterson, Candès 2019): by how much the truth lay outside of the quantiles
on outcomes that a model had not seen says how much wider they have to be.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from compression.engine.learning.actions import NAMES
from compression.engine.learning.state import PRIOR_COUNTS, Scenarios, State
from compression.engine.learning.tables import QUANTITIES, Matrix, Table

COVERAGE = 0.9


def bounds(scenarios: Scenarios, quantity: str) -> tuple[Matrix, Matrix]:
    """The 5 % and 95 % quantiles of the scenarios, for each action."""
    values = scenarios.values[quantity]
    order = np.argsort(values, axis=0)
    ordered = np.take_along_axis(values, order, axis=0)
    reached = np.cumsum(scenarios.weights[order], axis=0)
    low = _at(ordered, reached, (1 - COVERAGE) / 2)
    high = _at(ordered, reached, (1 + COVERAGE) / 2)
    return low, high


def _at(ordered: Matrix, reached: Matrix, share: float) -> Matrix:
    place = np.minimum((reached < share).sum(axis=0), len(ordered) - 1)
    return np.take_along_axis(ordered, place[None, :], axis=0)[0]


def margins(prior: State, found: Table, out_of_fold: Sequence[tuple[Any, State]] = ()) -> dict[str, Matrix]:
    """By how much to widen the intervals of each action; from states with the rows that they had not seen.

    Without these, of the prior's own rows: it is too simple to know them by heart.
    """
    parts = list(out_of_fold) or [(np.arange(len(found)), prior)]
    outside: dict[str, list[Matrix]] = {quantity: [] for quantity in QUANTITIES}
    for rows, state in parts:
        for number in rows:
            scenarios = state.scenarios_of(found.inputs[number])
            for quantity in QUANTITIES:
                low, high = bounds(scenarios, quantity)
                truth = found.targets[quantity][number]
                outside[quantity].append(np.maximum(low - truth, truth - high))
    return {
        quantity: _widened(np.array(values), prior.margins[quantity] if out_of_fold else None).astype(
            np.float32
        )
        for quantity, values in outside.items()
    }


def _widened(outside: Matrix, before: Matrix | None) -> Matrix:
    """The quantile of the excess, with the correction for few rows, drawn towards what was before."""
    count = len(outside)
    share = min(1.0, COVERAGE * (1 + 1 / count))
    found = _quantile(outside, share) if count else np.zeros(len(NAMES))
    if before is None:
        return found
    weight = count / (count + PRIOR_COUNTS)
    return weight * found + (1 - weight) * before


def _quantile(rows: Matrix, share: float) -> Matrix:
    """Of what is known in each column; 0 where nothing is."""
    known = ~np.isnan(rows).all(axis=0)
    found = np.zeros(rows.shape[1])
    found[known] = np.nanquantile(rows[:, known], share, axis=0)
    return found
