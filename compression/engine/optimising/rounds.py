"""The rounds of an optimisation: first the plain codecs, then one search after the other, each one's find tried out."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from compression.engine.codecs.dcz import MAX_PIPELINE
from compression.engine.container import MAX_FRAME
from compression.engine.leaves import Leaf
from compression.engine.leaves.brotli import BrotliLeaf
from compression.engine.leaves.bzip3 import Bzip3Leaf
from compression.engine.leaves.lzma import LzmaLeaf
from compression.engine.leaves.store import Store
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.limits import MiB
from compression.engine.optimising.trying import Tried, tried
from compression.engine.pipeline import End, Pipeline
from compression.engine.searching import Aim, Constraints, Objective, Trace, Trial, search
from compression.engine.searching.finding import LOOKED_AT
from compression.engine.searching.objective import MB
from compression.engine.streams import Array

PER_SECOND = MiB // 2
"""Bytes of the content that candidates are tried on for every second of the budget: to try all of them takes time."""
LEAST = MiB
SEARCHED = 0.6
"""The part of a round's time that the search itself may take; the rest is for trying what it found."""
PLAIN: tuple[Leaf, ...] = (ZstdLeaf(level=19), Bzip3Leaf(), LzmaLeaf(), BrotliLeaf())


class Ending(StrEnum):
    """Why no more was tried: the budget is spent, all rounds are done, nothing is left to try, somebody said so."""

    BUDGET = "budget"
    ROUNDS = "rounds"
    EXHAUSTED = "exhausted"
    KEPT = "kept"


@dataclass(frozen=True)
class Wishes:
    """What to optimise for and what it may take.

    `budget_s` seconds pass at most before the last candidate is begun, of which plain codecs may take `plain_share`.
    Each round is a search; `max_trials` bounds its trials, none by default. `known` pipelines take part from the start.
    """

    objective: Objective = Objective.RATIO
    constraints: Constraints = field(default_factory=Constraints)
    budget_s: float = 10.0
    rounds: int = 3
    max_trials: int | None = None
    seed: int = 0
    plain: tuple[Leaf, ...] = PLAIN
    plain_share: float = 0.4
    known: tuple[Pipeline, ...] = ()

    @property
    def part(self) -> int:
        """Bytes at the front of the content that candidates are tried on."""
        return min(MAX_FRAME, max(LEAST, int(self.budget_s * PER_SECOND)))


class Optimising:
    """One optimisation of `content`, of which it holds no more than `wishes.part` bytes.

    `best` and `baseline`, the best of the plain codecs, are those so far; after `go` those of all.
    """

    def __init__(
        self,
        content: Array,
        wishes: Wishes,
        *,
        on_trial: Callable[[int, float, Trial], None],
        on_tried: Callable[[float, Tried], None],
        should_keep: Callable[[], bool],
    ) -> None:
        self._content = content[: wishes.part]
        self._wishes = wishes
        self._aim = Aim(wishes.objective, wishes.constraints)
        self._on_trial, self._on_tried, self._should_keep = on_trial, on_tried, should_keep
        self._begun = time.monotonic()
        self._names: set[str] = set()
        self.best: Tried | None = None
        self.baseline: Tried | None = None
        self.trials = 0

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._begun

    @property
    def _over(self) -> bool:
        return self._should_keep() or self.elapsed_s >= self._wishes.budget_s

    def go(self) -> Ending:
        """Try until there is a reason to stop. There is a `best` then, whatever the content."""
        for pipeline in self._wishes.known:
            self._try(pipeline)
        for leaf in sorted(self._wishes.plain, key=lambda leaf: -leaf.speeds[0]):
            if self.baseline is None or self._has_time_for(leaf):
                self._try(_plain(leaf))
        self._try(_plain(Store()))
        ending = self._search()
        return Ending.KEPT if self._should_keep() else ending

    def _has_time_for(self, leaf: Leaf) -> bool:
        """Whether a plain codec ends within the share of the time that they may take, by its nominal speed."""
        needed = len(self._content) / (leaf.speeds[0] * MB)
        share = self._wishes.budget_s * self._wishes.plain_share
        return self.elapsed_s + needed <= share and not self._should_keep()

    def _try(self, pipeline: Pipeline, round_: int = 0, reasons: Iterable[str] = ()) -> None:
        """Try a pipeline that was not tried before, and tell."""
        if pipeline.name in self._names or len(pipeline.packed()) > MAX_PIPELINE:
            return
        self._names.add(pipeline.name)
        found = tried(pipeline, self._content, round_, tuple(reasons))
        if found is None:
            return
        if found.beats(self.best, self._aim):
            self.best = found
        if isinstance(pipeline.root, int) and found.beats(self.baseline, self._aim):
            self.baseline = found
        self._on_tried(self.elapsed_s, found)

    def _search(self) -> Ending:
        """The rounds, each with twice the time of the one before."""
        rounds = self._wishes.rounds
        for number in range(1, rounds + 1):
            if self._over:
                return Ending.BUDGET
            left = self._wishes.budget_s - self.elapsed_s
            trace = self._round(number, left / (2 ** (rounds - number + 1) - 1))
            if not trace.over and len(self._content) <= LOOKED_AT:
                return Ending.EXHAUSTED
        return Ending.ROUNDS

    def _round(self, number: int, seconds: float) -> Trace:
        """A search at a place of its own, and its find on all of the content."""
        until = time.monotonic() + seconds * SEARCHED

        def on_trial(trial: Trial) -> None:
            self.trials += 1
            self._on_trial(number, self.elapsed_s, trial)

        found, trace = search(
            self._looked_at(number).data,
            self._wishes.objective,
            seconds * SEARCHED,
            self._wishes.constraints,
            self._wishes.seed + number - 1,
            max_trials=self._wishes.max_trials,
            on_trial=on_trial,
            should_stop=lambda: self._should_keep() or time.monotonic() >= until,
        )
        self._try(found, number, trace.reasons)
        return trace

    def _looked_at(self, number: int) -> Array:
        """The front in the first round, then the end, the middle, and places between."""
        spare = max(len(self._content) - LOOKED_AT, 0)
        start = int(spare * _spread(number - 1)) // 4096 * 4096
        return self._content[start : start + LOOKED_AT]


def _plain(leaf: Leaf) -> Pipeline:
    return Pipeline.of(End(leaf))


def _spread(number: int) -> float:
    """0, 1, then halves, quarters, …: places from 0 to 1 that keep apart from those before."""
    if number < 2:
        return float(number)
    value, step, number = 0.0, 0.5, number - 1
    while number:
        value += step * (number & 1)
        number, step = number >> 1, step / 2
    return value
