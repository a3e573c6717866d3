"""The figures of the dashboard as plain data: the page draws them, and the API gives them as they are."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from compression.engine.learning.improving import Rate
from compression.engine.searching.objective import Objective
from compression.learning import drift, holdout, selectors
from compression.learning.choices import StateStatus
from compression.learning.dashboard import ledger
from compression.learning.dashboard.ledger import Covered, Judgements, Moving, Told, Win
from compression.learning.dashboard.prequential import prequential_rate
from compression.learning.models import HeldOut, LearningSettings, LearningState, Outcome
from compression.learning.training import KIND, LEAST_HELD_OUT, relative
from compression.statistics import Estimate, proportion, t_quantile

SWITCHES = ("harvest", "audits", "training", "promotion", "drift_notices")
OBJECTIVES = (Objective.RATIO, Objective.BALANCED)
"""Those whose costs are of what was measured alone, with no speed asked for."""
BIN = 20
"""Runs in one point of drift."""


def all_of_it(objective: Objective = Objective.RATIO) -> dict[str, Any]:
    """Return every figure, in a fixed number of queries."""
    serving = selectors.states().filter(status=StateStatus.SERVING).first()
    judged = selectors.states().filter(figures__has_key="curve").exclude(figures__curve=[]).first()
    runs = ledger.told(serving, drift.RECENT + drift.BEFORE) if serving else []
    return {
        "serving": state_of(serving),
        "collecting": collecting(selectors.rules_now()),
        "improvement": improvement(judged, ledger.judgements()),
        "weights": selectors.weights(),
        "regret": {"hold_out": hold_out(judged), "prequential": moving(ledger.moving_regret())},
        "coverage": coverage(ledger.covered(serving) if serving else []),
        "predictions": [prediction(run) for run in runs[-ledger.SCATTER :]],
        "wins": wins(objective, ledger.wins(objective)),
        "drift": drifting(drift.drift_now(), runs),
    }


def state_of(row: LearningState | None) -> dict[str, Any] | None:
    """Return which state it is, why it serves, and by how much it was better; advantages are shares of cost."""
    if row is None:
        return None
    return {
        "id": row.pk,
        "number": row.number,
        "name": row.name,
        "status": row.status,
        "reason": row.reason,
        "outcomes": row.outcomes,
        "served_at": row.served_at,
        "based_on": row.parent.number if row.parent else None,
        "advantage": row.figures.get("advantage"),
        "evaluated_on": row.figures.get("evaluated_on", 0),
    }


def collecting(rules: LearningSettings) -> dict[str, Any]:
    """Return how much there is to learn from, and what of learning is switched off."""
    return {
        "outcomes": Outcome.objects.count(),
        "audits": ledger.audits().count(),
        "held_out": HeldOut.objects.count(),
        "held_out_needed": LEAST_HELD_OUT,
        "held_out_at_most": holdout.ENOUGH,
        "new_contents": selectors.new_contents(KIND),
        "training_after": rules.training_after,
        "switched_off": [name for name in SWITCHES if not getattr(rules, name)],
    }


def improvement(judged: LearningState | None, audits: Sequence[Judgements]) -> dict[str, Any]:
    """Return the rates, with intervals: logarithms of cost for each doubling of outcomes; None where there is none."""
    figures = judged.figures if judged else {}
    found = prequential_rate(audits)
    return {
        "state": judged.number if judged else None,
        "evaluated_on": figures.get("evaluated_on", 0),
        "hold_out": _rate(figures.get("improvement")),
        "control": _rate(figures.get("control")),
        "prequential": found.config() if found else None,
        "audits": sum(one.n for one in audits),
    }


def _rate(told: dict[str, float] | None) -> dict[str, float] | None:
    return Rate(told["rate"], told["low"], told["high"]).config() if told else None


def hold_out(judged: LearningState | None) -> list[dict[str, Any]]:
    """Return mean regret, as a share of the least cost, of the states that served, all on the same contents."""
    if judged is None:
        return []
    return [
        {
            "state": judged.number if one["state"] is None else one["state"],
            "outcomes": one["outcomes"],
            **_shares(one["rate"], one["low"], one["high"]),
        }
        for one in judged.figures["curve"]
    ]


def moving(found: Sequence[Moving]) -> list[dict[str, Any]]:
    """Return the moving mean of regret over audits, as a share of the least cost."""
    return [
        {
            "audits": one.number,
            "at": one.at,
            "mean_of": one.n,
            **_shares(one.mean, max(0.0, one.mean - r), one.mean + r),
        }
        for one in found
        for r in (t_quantile(one.n - 1) * one.deviation / math.sqrt(one.n),)
    ]


def _shares(value: float, low: float, high: float) -> dict[str, float]:
    return {"regret": relative(value), "low": relative(low), "high": relative(high)}


def coverage(found: Sequence[Covered]) -> dict[str, Any]:
    """Return the share of measured figures within their intervals of 90 %, over all and by action.

    What several actions make of one content is not independent: the interval over all counts contents.
    """
    total, contents = sum(one.n for one in found), max((one.n for one in found), default=0)
    return {
        "contents": contents,
        "quantities": {
            name: _estimate(proportion(sum(one.inside[name] for one in found) / total * contents, contents))
            for name in ledger.QUANTITIES
            if total
        },
        "actions": [
            {
                "action": one.action,
                "contents": one.n,
                **{name: _estimate(proportion(one.inside[name], one.n)) for name in ledger.QUANTITIES},
            }
            for one in found
        ],
    }


def _estimate(found: Estimate | None) -> dict[str, float | None] | None:
    return {"share": found.value, "low": found.low, "high": found.high} if found else None


def prediction(run: Told) -> dict[str, Any]:
    """Return what was predicted for a run beside what came."""
    value, low, high = run.predicted
    return {
        "outcome": run.outcome,
        "kind": run.kind,
        "action": run.action,
        "predicted": value,
        "low": low,
        "high": high,
        "ratio": run.ratio,
        "inside": run.is_inside,
    }


def wins(objective: Objective, found: Sequence[Win]) -> dict[str, Any]:
    """Return how often each action was the best of all on contents of a kind, the most frequent ones first."""
    kinds, actions = Counter(one.kind for one in found), Counter(one.action for one in found)
    cells = Counter((one.kind, one.action) for one in found)
    return {
        "objective": objective,
        "contents": len(found),
        "actions": [{"action": name, "contents": n} for name, n in actions.most_common()],
        "kinds": [
            {
                "kind": kind,
                "contents": n,
                "best": {name: cells[kind, name] for name in actions if cells[kind, name]},
            }
            for kind, n in kinds.most_common()
        ],
    }


def drifting(now: drift.Drift | None, runs: Sequence[Told]) -> dict[str, Any] | None:
    """Return how well the serving state predicted over time, in groups of runs, and the verdict on the latest."""
    if now is None:
        return None
    first = len(runs) % BIN if len(runs) >= BIN else 0
    groups = [runs[place : place + BIN] for place in range(first, len(runs), BIN)]
    return {
        "state": now.state.number,
        "runs": now.outcomes,
        "runs_needed": drift.LEAST,
        "outside": _estimate(now.outside),
        "error_now": now.error_now,
        "error_before": now.error_before,
        "worse": now.is_worse,
        "over_time": [_group(runs) for runs in groups],
    }


def _group(runs: Sequence[Told]) -> dict[str, Any]:
    """Measured by predicted: the geometric mean over the runs, and how many lay within their intervals."""
    logs = [math.log(run.ratio / run.predicted[0]) for run in runs if run.predicted[0] > 0]
    mean = math.fsum(logs) / len(logs) if logs else 0.0
    spread = math.sqrt(math.fsum((one - mean) ** 2 for one in logs) / max(len(logs) - 1, 1))
    reach = t_quantile(len(logs) - 1) * spread / math.sqrt(len(logs)) if len(logs) > 1 else 0.0
    return {
        "at": runs[-1].at,
        "runs": len(runs),
        "inside": sum(run.is_inside for run in runs),
        "actual_by_predicted": math.exp(mean),
        "low": math.exp(mean - reach),
        "high": math.exp(mean + reach),
    }
