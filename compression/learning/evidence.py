"""What speaks for a training, on contents held out: regret over the states that served, and the control."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from compression.engine.learning.curve import shuffled
from compression.engine.learning.evaluating import Judged, judged
from compression.engine.learning.improving import Rate, improvement, mean
from compression.engine.learning.outcomes import Outcome
from compression.engine.learning.shipped import prior, static
from compression.engine.learning.training import Progress, train


class Stage(NamedTuple):
    """A state of the curve: its number (None for the new one), its outcomes of here, and how it was judged."""

    number: int | None
    outcomes: int
    judged: list[Judged]


class Control(NamedTuple):
    """A training on shuffled figures: the rate from the shipped state to it, and how it was judged."""

    rate: Rate
    judged: list[Judged]


def rate(stages: Sequence[Stage], seed: int) -> Rate:
    """The improvement rate over the states."""
    return improvement([(stage.outcomes, stage.judged) for stage in stages], seed)


def curve(stages: Sequence[Stage], seed: int) -> list[dict[str, Any]]:
    """The mean charged regret of each state, a logarithm, with its interval of 95 %, all on the same contents."""
    return [
        {"state": stage.number, "outcomes": stage.outcomes, **mean(stage.judged, seed=seed).config()}
        for stage in stages
    ]


def control(
    shipped: Sequence[Outcome],
    kept: Sequence[Outcome],
    held: Sequence[Outcome],
    weights: Mapping[str, float],
    seed: int,
    tell: Progress,
) -> Control:
    """The same training on the same outcomes with their figures dealt out anew: nothing is to be learned but averages.

    Where its rate is above 0 too, these are what the prior lacked; what was learned must then be better than this.
    """

    def score(state: Any, outcomes: Sequence[Outcome]) -> list[float]:
        return [one.charged for one in judged(state, outcomes, weights)]

    state = train([*shipped, *shuffled(kept, seed)], static(), seed, tell, score)
    found = judged(state, held, weights)
    return Control(improvement([(0, judged(prior(), held, weights)), (len(kept), found)], seed), found)
