"""Meta-learning: outcomes become a state, which is judged on contents held out, and serves where it is better."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from compression.engine.learning.evaluating import WEIGHTS, Judged, coverage, judged, mean_regret
from compression.engine.learning.improving import Rate, advantage
from compression.engine.learning.outcomes import Outcome
from compression.engine.learning.shipped import experience, static
from compression.engine.learning.state import State
from compression.engine.learning.training import assembled, train
from compression.learning import evidence, holdout, selectors, states
from compression.learning.accounts import keeper
from compression.learning.choices import StateStatus
from compression.learning.evidence import Stage
from compression.learning.models import LearningState
from compression.learning.reading import unpacked
from compression.learning.serving import serving
from core import audit
from core.errors import Conflict, Unprocessable
from core.jobs import JobContext, enqueue
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User

KIND = "meta-learn"
LEAST_HELD_OUT = 10
"""So many contents held out it takes to say that one state is better than another."""
CURVE = 6
"""States that the improvement rate is made of beside the new one, at most: those that served last."""
COLLECTED, TRAINED, CONTROLLED, JUDGED = 10, 50, 90, 100
"""How far a training is after its parts, in percent."""
CHECK_EVERY = 100


@audit.unaudited("the state is audited where it is kept")
def training_request(*, owner: "User", seed: int = 0) -> Job:
    """Have a worker train a state; one training at a time: who asks meanwhile gets the job that is under way."""
    if not selectors.rules_now().training:
        raise Conflict("Training is switched off in the settings of learning.", code="training_off")
    under_way = selectors.open_job(KIND)
    if under_way is not None:
        return under_way
    return enqueue(KIND, owner=owner, title="Learn from outcomes", params={"seed": seed}, total=100, unit="%")


@audit.unaudited("asks for a job of the platform's own")
def training_when_due() -> Job | None:
    """Ask for a training where there are enough new contents since the last one was asked for."""
    rules, owner = selectors.rules_now(), keeper()
    if not rules.training or owner is None or selectors.open_job(KIND) is not None:
        return None
    if selectors.new_contents(KIND) < rules.training_after:
        return None
    return training_request(owner=owner)


@audit.unaudited("the state is audited where it is kept")
def training_run(ctx: JobContext) -> None:
    """Do the work of a `meta-learn` job. Nothing is kept before its end: an attempt that dies leaves nothing."""
    made = Training(ctx).go()
    with ctx.completing() as done:
        row = states.state_keep(
            state=made.state,
            outcomes=made.outcomes,
            lineage=made.lineage,
            figures=made.figures,
            actor=ctx.owner,
            job=ctx.job,
        )
        if row.status == StateStatus.CANDIDATE:
            row = _decide(row, made, ctx.owner)
        done.result = result_of(row, made)


def _decide(row: LearningState, made: "Made", actor: "User") -> LearningState:
    """Serve, wait for staff, or be refused; called within the transaction that keeps the state."""
    if made.advantage is None:
        return states.state_leave(state=row, reason=made.words)
    if not made.advantage.low > 0:
        return states.state_refuse(state=row, actor=actor, reason=made.words)
    if doubt := _doubt(made.figures):
        return states.state_refuse(
            state=row, actor=actor, reason=f"{made.words} {doubt} Nothing is promoted."
        )
    now = serving().row
    if (now.pk if now else None) != made.serving_id:
        return states.state_leave(state=row, reason=f"{made.words} Another state began to serve meanwhile.")
    if not selectors.rules_now().promotion:
        return states.state_leave(state=row, reason=f"{made.words} Staff decide whether it serves.")
    return states.state_promote(state=row, actor=actor, reason=made.words)


def _doubt(figures: Mapping[str, Any]) -> str:
    """What speaks against a state that is better on contents held out; empty where nothing does."""
    if (figures["improvement"] or {}).get("rate", 0) <= 0:
        return "But over the states that served learning does not help."
    if (figures["over_control"] or {}).get("high", 1) < 0:
        return "But the same training on shuffled figures does better: the gain is not from what was learned."
    return ""


def result_of(row: LearningState, made: "Made") -> dict[str, Any]:
    """Return what a training says of itself."""
    return {
        "state": {"id": str(row.pk), "number": row.number, "name": row.name, "status": row.status},
        "promoted": row.status == StateStatus.SERVING,
        "reason": row.reason,
        "outcomes": row.outcomes,
        "refused": made.lineage["refused"],
        **made.figures,
    }


@dataclass(frozen=True)
class Made:
    """A new state, and what is to be said for it; `advantage` is None where there is too little to judge it on."""

    state: State
    outcomes: int
    lineage: dict[str, Any]
    figures: dict[str, Any]
    advantage: Rate | None
    words: str
    serving_id: Any


class Training:
    """One training: collect, train, and judge on what is held out, against the state that serves."""

    def __init__(self, ctx: JobContext) -> None:
        self._ctx = ctx
        self._weights = selectors.weights() or dict(WEIGHTS)
        self._serving = serving()

    def go(self) -> Made:
        """Return what was made; Unprocessable where there is nothing to learn from."""
        seed = self._ctx.params.get("seed", 0)
        self._tell(0, "collecting outcomes")
        collected = collect(self._checked(selectors.outcomes_for_learning()))
        if not collected.kept:
            raise Unprocessable(
                "There is nothing to learn from yet: outcomes come with runs and their audits.",
                code="no_outcomes",
            )
        told = ", ".join(f"{count} {reason}" for reason, count in collected.refused.items()) or "none"
        self._ctx.log(f"{len(collected.kept)} outcomes of {collected.count}; refused: {told}")
        state = train([*collected.shipped, *collected.kept], static(), seed, self._trained, self._score)
        lineage = {
            **state.lineage,
            "own": len(collected.kept),
            "shipped_outcomes": len(collected.shipped),
            "collected": collected.count,
            "refused": collected.refused,
            "served": self._serving.row.number if self._serving.row else None,
            "weights": self._weights,
            "numpy": np.__version__,
        }
        return self._judge(state, collected, lineage, seed)

    def _judge(self, state: State, collected: "Collected", lineage: dict[str, Any], seed: int) -> Made:
        """Judge a new state on what is held out, which it has not seen."""
        held, row = selectors.held_out_outcomes(), self._serving.row
        self._tell(TRAINED, f"judging on {len(held)} contents held out")
        figures: dict[str, Any] = {
            "evaluated_on": len(held),
            "improvement": None,
            "control": None,
            "over_control": None,
            "curve": [],
            "advantage": None,
            "regret": None,
        }
        gain = None
        if held:
            before, after = self._judged(self._serving.state, held), self._judged(state, held)
            gain = advantage(before, after, seed)
            stages = [*self._earlier(held), Stage(None, lineage["own"], after)]
            figures |= {
                "improvement": {**evidence.rate(stages, seed).config(), "evaluated_on": len(held)},
                **self._control(collected, held, after, seed),
                "curve": evidence.curve(stages, seed),
                "advantage": gain.config(),
                "regret": {"before": relative(mean_regret(before)), "after": relative(mean_regret(after))},
                "objectives": {"before": by_objective(before), "after": by_objective(after)},
                "coverage": coverage(state, held),
            }
        if len(held) < LEAST_HELD_OUT:
            gain = None
        words = _words(gain, len(held))
        self._ctx.log(words)
        return Made(state, lineage["own"], lineage, figures, gain, words, row.pk if row else None)

    def _earlier(self, held: Sequence[Outcome]) -> list[Stage]:
        """The states that served, as they are judged on what is held out: the curve, beside the new one."""
        rows = [row for row in selectors.states_that_served(CURVE) if row.number]
        found = [(row, unpacked(row.pk)) for row in rows]
        return [Stage(row.number, row.outcomes, self._judged(state, held)) for row, state in found if state]

    def _control(
        self, collected: "Collected", held: Sequence[Outcome], after: list[Judged], seed: int
    ) -> dict[str, Any]:
        """The rate of a training on figures that were dealt out anew, and how much better the new state is than it."""

        def tell(share: float) -> None:
            self._ctx.check()
            self._tell(TRAINED + share * (CONTROLLED - TRAINED), "the same on shuffled figures, as a control")

        found = evidence.control(collected.shipped, collected.kept, held, self._weights, seed, tell)
        over = advantage(found.judged, after, seed)
        return {"control": found.rate.config(), "over_control": over.config()}

    def _judged(self, state: State, held: Sequence[Outcome]) -> list[Judged]:
        self._ctx.check()
        return judged(state, held, self._weights)

    def _score(self, state: State, outcomes: Sequence[Outcome]) -> list[float]:
        """The regret of each outcome under a state: what decides how much of what was learned is trusted."""
        return [one.charged for one in self._judged(state, outcomes)]

    def _trained(self, share: float) -> None:
        self._ctx.check()
        self._tell(COLLECTED + share * (TRAINED - COLLECTED), "training")

    def _checked(self, outcomes: Iterable[Outcome]) -> Iterable[Outcome]:
        for number, outcome in enumerate(outcomes):
            if number % CHECK_EVERY == 0:
                self._ctx.check()
            yield outcome

    def _tell(self, percent: float, message: str) -> None:
        self._ctx.progress(round(percent), JUDGED, unit="%", message=message)


@dataclass(frozen=True)
class Collected:
    """What a state is trained on: outcomes that were shipped, and those of here that were `kept` of `count`."""

    shipped: list[Outcome]
    kept: list[Outcome]
    count: int
    refused: dict[str, int]


def collect(outcomes: Iterable[Outcome]) -> Collected:
    """Refuse what is held out, and what cannot be believed."""
    found = list(outcomes)
    held = holdout.refused(outcome.group for outcome in found)
    # Files that differ may have a chunk in common.
    held |= {outcome.content for outcome in selectors.held_out_outcomes()}
    kept, refused = assembled(found, held)
    shipped, _ = assembled(experience(), held)
    return Collected(shipped, kept, len(found), refused)


def relative(regret: float) -> float:
    """A regret as the share that a choice costs above the least: regrets are logarithms."""
    return math.expm1(regret)


def by_objective(found: Sequence[Judged]) -> dict[str, float]:
    """The mean regret for each objective, decisions not charged."""
    return {name: relative(float(np.mean([one.regret[name] for one in found]))) for name in found[0].regret}


def _words(gain: Rate | None, count: int) -> str:
    if gain is None:
        return f"It cannot be judged: {count} contents are held out, and it takes {LEAST_HELD_OUT}."
    less, low, high = (-100 * math.expm1(-number) for number in (gain.rate, gain.low, gain.high))
    told = f"On {count} contents held out its choices cost {less:.2f} % less ({low:.2f} to {high:.2f})"
    return f"{told}." if gain.low > 0 else f"{told}: that may be chance."
