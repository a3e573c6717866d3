"""The choice: which action for some content, with a state, an aim, and a few trials on a sample where they pay.

The cost of an action under an aim is a logarithm, so that differences are relative. Scenarios say what each action may
cost; a trial makes the cost of one nearly certain, and the scenarios that it fits more likely. What is tried next is
what lowers the expected minimum of what was tried by most for a CPU second.
"""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from compression.engine.learning.actions import CHUNK, NAMES, Features
from compression.engine.learning.outcomes import SAMPLE
from compression.engine.learning.state import Scenarios, State
from compression.engine.learning.tables import Matrix
from compression.engine.searching.objective import LINK_MB_S, MB, Aim, Objective

PRICE = 0.01
"""What a CPU second for a MB of content, spent on deciding, counts: as much as 1 % of cost."""
BUDGET_S = 0.15
LEAST_S, HASTE = 1e-4, 1.25
"""A trial is taken to last so long at least; and so much longer than expected, lest the budget be overrun."""
FEATURES_S, STEP_S = 0.006, 0.0005
"""Reference seconds that features and predictions take, and each further look at the scenarios: what is charged."""
NOISE = 0.03
"""Of a ratio known from a sample, at least (in bits): the rest of the chunk is not the sample."""
NEAR, FALL = 0.1, 0.75
"""A scenario that is so far from what was seen (in bits, beside the noise) counts about half; and how fast it counts
less farther away: slowly, so that what is rare stays possible."""


class Tried(NamedTuple):
    """A trial that was made for a decision: an action, its size of the sample, and CPU seconds."""

    action: str
    size: int
    cpu_s: float


@dataclass(frozen=True)
class Decision:
    """Actions with their expected costs (logarithms), the best first; what was tried for it, in CPU seconds."""

    ranked: tuple[tuple[str, float], ...]
    tried: tuple[Tried, ...]
    cpu_s: float

    @property
    def chosen(self) -> str:
        """The best action."""
        return self.ranked[0][0]


Attempt = Callable[[str], Tried | None]
"""Tries an action on the sample of the content; None where it fails."""


def decide(
    state: State,
    features: Features,
    size: int,
    aim: Aim,
    attempt: Attempt | None = None,
    *,
    machine: float = 1.0,
    budget_s: float = BUDGET_S,
    allowed: Collection[str] = NAMES,
) -> Decision:
    """Choose among the `allowed` actions for content of `size` bytes; without `attempt` by prediction alone.

    `budget_s` are CPU seconds of this machine for all of it; a chunk is what trials and their price are about.
    """
    chunk = min(max(size, 1), CHUNK)
    hopes = _Hopes(state.scenarios(features), aim, chunk, machine, allowed)
    tried: list[Tried] = []
    spent = FEATURES_S * machine
    while attempt is not None:
        spent += STEP_S * machine
        name = hopes.worth_trying((budget_s - spent) / machine)
        if name is None:
            break
        found = attempt(name)
        if found is None:
            hopes.forget(name)
            continue
        tried.append(found)
        spent += found.cpu_s
        hopes.learn(found)
    return Decision(tuple(hopes.ranked()), tuple(tried), spent)


class _Hopes:
    """What actions may cost, by what is known so far."""

    def __init__(
        self, scenarios: Scenarios, aim: Aim, chunk: int, machine: float, allowed: Collection[str]
    ) -> None:
        self._aim, self._chunk = aim, chunk
        self._first = self._weights = scenarios.weights
        self._far = np.zeros(len(self._weights))
        self._ratio, self._bias = scenarios.values["ratio"].copy(), scenarios.values["bias"]
        scale = np.log2(machine)
        self._encode, self._decode = scenarios.values["encode"] + scale, scenarios.values["decode"] + scale
        self._trial_s = 2.0 ** scenarios.means["encode"] * min(chunk, SAMPLE) / MB
        self._allowed = np.array([name in allowed for name in NAMES])
        self._open = self._allowed.copy()
        self._tried: list[int] = []
        self._cost = costs(aim, chunk, self._ratio, self._encode, self._decode)

    def expected(self) -> Matrix:
        """The expected cost of each action; infinite for those that are out of the question."""
        return np.where(self._allowed, self._weights @ self._cost, np.inf)

    def worth_trying(self, room_s: float) -> str | None:
        """The action whose trial gains most for its time; None where none pays for it.

        The gain is by how much it lowers the expected minimum of what was tried and of the best that was not; that
        best one's own is how much worse it may turn out to be than the next.
        """
        expected = self.expected()
        default = int(np.argmin(expected))
        compared = [*self._tried, default]
        least = self._cost[:, compared].min(axis=1, keepdims=True)
        gain = self._weights @ (least - np.minimum(least, self._cost))
        if self._open[default]:
            second = np.partition(expected, 1)[1]
            gain[default] = self._weights @ np.maximum(self._cost[:, default] - second, 0)
        price = PRICE * self._trial_s / (CHUNK / MB)
        usable = self._open & (gain > price) & (HASTE * self._trial_s <= room_s)
        if not usable.any():
            return None
        return NAMES[int(np.argmax(np.where(usable, gain / np.maximum(self._trial_s, LEAST_S), -1)))]

    def forget(self, name: str) -> None:
        """The action failed on this content."""
        self._open[NAMES.index(name)] = self._allowed[NAMES.index(name)] = False

    def learn(self, found: Tried) -> None:
        """The ratio of an action on the sample tells what it is on the whole, and which scenarios this content fits."""
        place = NAMES.index(found.action)
        seen, noise = self._on_whole(found, place)
        self._far = self._far + (self._ratio[:, place] - seen) ** 2 / (noise + NEAR**2)
        self._tried.append(place)
        self._open[place] = False
        # Ratios go with each other: what many trials say is not as much as if each said it on its own.
        weights = self._first * (1 + self._far / math.sqrt(len(self._tried))) ** -FALL
        self._weights = weights / weights.sum()
        self._ratio[:, place] = seen
        self._cost[:, place] = costs(
            self._aim, self._chunk, self._ratio[:, place], self._encode[:, place], self._decode[:, place]
        )

    def _on_whole(self, found: Tried, place: int) -> tuple[float, float]:
        """The ratio (in bits) that an action will have on the whole chunk, and the variance of that."""
        sampled = math.log2(min(self._chunk, SAMPLE) / max(found.size, 1))
        if self._chunk <= SAMPLE:
            return sampled, 0.0
        bias = self._first @ self._bias[:, place]
        return sampled + bias, self._first @ (self._bias[:, place] - bias) ** 2 + NOISE**2

    def ranked(self) -> list[tuple[str, float]]:
        """Allowed actions by their expected cost."""
        expected = self.expected()
        order = np.argsort(expected, kind="stable")
        return [(NAMES[place], float(expected[place])) for place in order if self._allowed[place]]


def costs(aim: Aim, size: int, ratio: Matrix, encode: Matrix, decode: Matrix) -> Matrix:
    """The logarithm of the cost for `size` bytes, from targets as in `tables`: ratio, and seconds a MB of this machine.

    What is slower than the aim allows costs more than anything that is fast enough, as in `Aim.score`.
    """
    share = 2.0**-ratio
    encode_s, decode_s = 2.0**encode, 2.0**decode
    floors = aim.floors
    late = np.maximum(encode_s * floors[0], decode_s * floors[1])
    if aim.objective is Objective.BALANCED:
        cost = share / LINK_MB_S + encode_s + decode_s
    else:
        cost = share
    return np.log(np.where(late > 1, (1 + share) * late, cost))
