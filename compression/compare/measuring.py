"""Measures candidates side by side: in rounds, each in an order of its own, until their speeds are known well enough.

What else the machine does comes and goes; in random interleaved order it disturbs all candidates alike. The procedure
knows nothing of codecs: it is told how to run one, and what time it is.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from compression.choices import Ending
from compression.engine.errors import (
    EngineError,
    HostUnavailable,
    SourceUnreadable,
    Stopped,
    StorageFull,
    TargetUnwritable,
)
from compression.statistics import Estimate, typical

# A candidate is done when the intervals of its speeds are this narrow: half their width by the speed itself.
TIGHT = 0.05
LEAST, MOST = 3, 30
# What is not the candidate's fault; the others would meet it too.
ENDS_ALL = (Stopped, HostUnavailable, SourceUnreadable, StorageFull, TargetUnwritable)


class Sample(NamedTuple):
    """One run: the size of its output in bytes, its times in seconds, its peak memory in bytes."""

    size: int
    compress_s: float
    compress_cpu_s: float
    decompress_s: float
    decompress_cpu_s: float
    peak_memory: int


@dataclass(frozen=True)
class Rules:
    """When to stop: after `repetitions` of each, or, without, when all are tight; in any case when `budget_s` is spent.

    Every candidate is run once, whatever the budget.
    """

    budget_s: float
    seed: int
    repetitions: int | None = None


@dataclass
class Track:
    """What was measured of one candidate so far."""

    samples: list[Sample] = field(default_factory=list)
    error: EngineError | None = None

    def of(self, name: str) -> list[float]:
        """Return the times called `name` of all runs, in their order; none is below a nanosecond."""
        return [max(getattr(sample, name), 1e-9) for sample in self.samples]

    @property
    def spread(self) -> float:
        """The wider of the two speeds' intervals."""
        return max(typical(self.of(name)).spread for name in ("compress_s", "decompress_s"))

    @property
    def is_tight(self) -> bool:
        """Whether nothing more is to be learned from it."""
        return self.error is not None or (len(self.samples) >= LEAST and self.spread <= TIGHT)

    def is_done(self, rules: Rules) -> bool:
        """Whether it need not be run again."""
        runs = len(self.samples)
        if self.error is not None or rules.repetitions is not None:
            return self.error is not None or runs >= (rules.repetitions or 0)
        return runs >= MOST or self.is_tight


def order(seed: int, number: int, candidates: Sequence[int]) -> list[int]:
    """Return the candidates in the order of round `number`: the same one for the same seed."""
    shuffled = list(candidates)
    random.Random(f"{seed} {number}").shuffle(shuffled)
    return shuffled


class Measuring:
    """Runs `count` candidates by `run`, which takes the number of one and raises EngineError where it fails.

    A candidate that fails is not run again and does not keep the others from going on; what is no candidate's fault
    (ENDS_ALL) is raised. `on_run` is told the number of the candidate that comes next, and how many are done.
    """

    def __init__(
        self,
        count: int,
        run: Callable[[int], Sample],
        rules: Rules,
        *,
        on_run: Callable[[int, int], None] = lambda _candidate, _done: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tracks = [Track() for _ in range(count)]
        self.seconds = 0.0
        self._run, self._rules, self._on_run, self._clock = run, rules, on_run, clock

    def go(self) -> Ending:
        """Measure, and say why it was enough."""
        began, number = self._clock(), 0
        while waiting := [i for i, track in enumerate(self.tracks) if not track.is_done(self._rules)]:
            for candidate in order(self._rules.seed, number, waiting):
                self.seconds = self._clock() - began
                if number and self.seconds >= self._rules.budget_s:
                    return Ending.BUDGET
                self._once(candidate)
            number += 1
            self.seconds = self._clock() - began
        tight = self._rules.repetitions is None and all(track.is_tight for track in self.tracks)
        return Ending.TIGHT if tight else Ending.REPETITIONS

    def _once(self, candidate: int) -> None:
        track = self.tracks[candidate]
        self._on_run(candidate, sum(track.is_done(self._rules) for track in self.tracks))
        try:
            track.samples.append(self._run(candidate))
        except ENDS_ALL:
            raise
        except EngineError as error:
            track.error = error


def speed(size: int, seconds: Sequence[float]) -> Estimate | None:
    """Return the speed of typical runs in MB (10^6 bytes) of original data a second; None where nothing was done."""
    if not size or not seconds:
        return None
    found = typical([max(value, 1e-9) for value in seconds])
    scale = size / 1e6
    low, high = found.high and scale / found.high, found.low and scale / found.low
    return Estimate(scale / found.value, low, high, found.n)
