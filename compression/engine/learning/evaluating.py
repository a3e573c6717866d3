"""How well a state chooses: decisions replayed on outcomes that have all trials, and what they cost too much.

Regret of a decision is the logarithm of its cost over the least cost of all actions (0.02: 2 % worse than the best;
means are geometric, as befits sizes); charged with PRICE for each CPU second a MB that deciding took, of a full chunk.
Costs are made of what was measured: sizes, and seconds of the reference machine.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from compression.engine.learning.actions import CHUNK, NAMES
from compression.engine.learning.deciding import BUDGET_S, PRICE, Attempt, Tried, costs, decide
from compression.engine.learning.intervals import bounds
from compression.engine.learning.outcomes import Outcome
from compression.engine.learning.state import State
from compression.engine.learning.tables import Matrix, Table, table
from compression.engine.searching.objective import MB, Aim, Objective

WEIGHTS: Mapping[str, float] = {"ratio": 0.5, "balanced": 0.5}
"""How much each objective counts, where nobody says otherwise."""


@dataclass(frozen=True)
class Judged:
    """One outcome under a state: by objective what was chosen, its regret, and the CPU seconds of the decision.

    `charged` is the weighted mean of the regrets with their decisions charged: what improvement is about.
    """

    content: str
    group: str
    kind: str
    chosen: Mapping[str, str]
    regret: Mapping[str, float]
    decision_cpu_s: Mapping[str, float]
    charged: float


def judged(
    state: State,
    outcomes: Sequence[Outcome],
    weights: Mapping[str, float] = WEIGHTS,
    *,
    budget_s: float = BUDGET_S,
    trials: bool = True,
) -> list[Judged]:
    """Replay the decisions of a state on outcomes; these must have been tried with all actions.

    Without `trials` it chooses by prediction alone.
    """
    found = table(outcomes)
    total = sum(weights.values()) or 1.0
    return [
        _judged(
            state,
            outcome,
            found,
            number,
            {name: weight / total for name, weight in weights.items() if weight},
            budget_s,
            replayed(outcome) if trials else None,
        )
        for number, outcome in enumerate(outcomes)
    ]


def _judged(
    state: State,
    outcome: Outcome,
    found: Table,
    number: int,
    weights: Mapping[str, float],
    budget_s: float,
    attempt: Attempt | None,
) -> Judged:
    chosen, regret, spent = {}, {}, {}
    for objective in weights:
        aim = Aim(Objective(objective))
        decision = decide(state, outcome.features, outcome.size, aim, attempt, budget_s=budget_s)
        true = true_costs(aim, found, number, outcome.size)
        known = [name for name, _ in decision.ranked if math.isfinite(true[NAMES.index(name)])]
        chosen[objective] = known[0]
        regret[objective] = float(true[NAMES.index(known[0])] - np.nanmin(true))
        spent[objective] = decision.cpu_s
    charged = sum(w * (regret[n] + PRICE * spent[n] / (CHUNK / MB)) for n, w in weights.items())
    return Judged(outcome.content, outcome.group, outcome.kind, chosen, regret, spent, charged)


def replayed(outcome: Outcome) -> Attempt:
    """Trials as they were made then, in seconds of the reference machine."""

    def attempt(name: str) -> Tried | None:
        trial = outcome.trials.get(name)
        if trial is None or trial.sample_size is None:
            return None
        return Tried(name, trial.sample_size, (trial.sample_cpu_s or 0.0) / outcome.machine)

    return attempt


def true_costs(aim: Aim, found: Table, number: int, size: int) -> Matrix:
    """What each action did cost (logarithms); NaN where it failed."""
    ratio, encode, decode = (found.targets[quantity][number] for quantity in ("ratio", "encode", "decode"))
    return costs(aim, size, ratio, encode, decode)


def mean_regret(found: Iterable[Judged]) -> float:
    """The mean charged regret."""
    return float(np.mean([one.charged for one in found]))


def coverage(state: State, outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The share of figures that lie within their 90 % intervals, for each quantity: ratio, encode, decode."""
    found = table(outcomes)
    inside: dict[str, list[Matrix]] = {"ratio": [], "encode": [], "decode": []}
    for number in range(len(found)):
        scenarios = state.scenarios_of(found.inputs[number])
        for quantity, hits in inside.items():
            low, high = bounds(scenarios, quantity)
            margin, truth = state.margins[quantity], found.targets[quantity][number]
            known = ~np.isnan(truth)
            middle = scenarios.means[quantity]
            low, high = np.minimum(low - margin, middle), np.maximum(high + margin, middle)
            hits.append(((truth >= low) & (truth <= high))[known])
    return {
        quantity: float(np.concatenate(hits).mean()) if hits else 0.0 for quantity, hits in inside.items()
    }
