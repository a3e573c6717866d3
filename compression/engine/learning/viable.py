"""How well an algorithm will serve content with given features: what is predicted for it, beside all others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from compression.engine.learning.actions import ACTIONS, CHUNK, NAMES, Features
from compression.engine.learning.deciding import costs
from compression.engine.learning.predicting import Interval, predict
from compression.engine.learning.state import State
from compression.engine.learning.tables import FEATURES, Matrix
from compression.engine.searching.objective import Aim, Objective

ENDS = (0.05, 0.95)


@dataclass(frozen=True)
class Viable:
    """The action of an algorithm that is expected to cost least, its ratio, and by how much the best costs less.

    `regret` is a share: 0.02 is 2 % worse than the best of all actions, in the mean over what may come.
    """

    action: str
    ratio: Interval
    regret: Interval


def typical(rows: Sequence[Mapping[str, float]]) -> Features:
    """The median of each feature over contents, of which there is one at least."""
    return {name: median(row[name] for row in rows) for name in FEATURES}


def viable(
    state: State, features: Features, algorithm: str, objective: Objective, machine: float = 1.0
) -> Viable | None:
    """What is predicted for an algorithm on a full chunk; None where no action uses it."""
    own = [place for place, name in enumerate(NAMES) if ACTIONS[name].algorithm == algorithm]
    if not own:
        return None
    scenarios = state.scenarios(features)
    scale = np.log2(machine)
    cost = costs(
        Aim(objective),
        CHUNK,
        scenarios.values["ratio"],
        scenarios.values["encode"] + scale,
        scenarios.values["decode"] + scale,
    )
    expected = scenarios.weights @ cost
    chosen = min(own, key=lambda place: float(expected[place]))
    regret = cost[:, chosen] - cost.min(axis=1)
    (told,) = predict(state, features, CHUNK, machine, [NAMES[chosen]])
    low, high = (_quantile(regret, scenarios.weights, share) for share in ENDS)
    mean = float(scenarios.weights @ regret)
    figures = (float(np.expm1(one)) for one in (mean, min(low, mean), max(high, mean)))
    return Viable(NAMES[chosen], told.ratio, Interval(*figures))


def _quantile(values: Matrix, weights: Matrix, share: float) -> float:
    order = np.argsort(values)
    place = int(np.searchsorted(np.cumsum(weights[order]), share))
    return float(values[order[min(place, len(order) - 1)]])
