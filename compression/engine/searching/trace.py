"""The trace of a search: every trial with what it cost, and how the best plan became better."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from compression.engine.clock import cpu_seconds
from compression.engine.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was tried. Sizes are in bytes, times in CPU seconds since the start of the search.

    `subject` is the stream, `candidate` the parts that were tried on `sample` bytes of it, `size` what they made of
    them (with the estimated size of streams that were not looked at closer). `best` is the size that the best plan
    for all that is looked at is expected to come to by now; 0 until there is one.
    """

    number: int
    at_s: float
    cpu_s: float
    subject: str
    candidate: str
    sample: int
    size: int
    best: int

    def config(self) -> dict[str, Any]:
        """The trial as JSON data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass
class Trace:
    """All trials of a search, in order, and its clock: a search begins nothing new when its trace is over."""

    budget_cpu_s: float
    max_trials: int | None = None
    on_trial: Callable[[Trial], None] | None = None
    should_stop: Callable[[], bool] | None = None
    seed: int = 0
    """Where samples are taken."""
    trials: list[Trial] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    """Why the pipeline is what it is, in words for people."""
    faults: list[str] = field(default_factory=list)
    """Errors in the code of the analysis or of a transform: what they were about was passed over."""
    runner_up: Pipeline | None = None
    """The best pipeline without transforms, where it is expected to come close: only encoding tells which is better."""
    rivals: list[Pipeline] = field(default_factory=list)
    """Plain pipelines of which samples do not tell enough, beside the runner-up."""
    best: int = 0
    _start: float = field(default_factory=cpu_seconds)

    @property
    def spent_s(self) -> float:
        """CPU seconds since the start."""
        return cpu_seconds() - self._start

    @property
    def spent_share(self) -> float:
        """How much of the budget is spent; 1 and more: all of it."""
        if self.max_trials is not None:
            return len(self.trials) / self.max_trials if self.max_trials else 1.0
        return self.spent_s / self.budget_cpu_s if self.budget_cpu_s > 0 else 1.0

    @property
    def over(self) -> bool:
        """Whether no further trial may begin: the budget is spent, or somebody asked to stop."""
        if self.should_stop is not None and self.should_stop():
            return True
        return self.spent_share >= 1

    def add(self, started: float, subject: str, candidate: str, sample: int, size: float) -> None:
        """Note a trial that began at `started` (of `cpu_seconds`)."""
        now = cpu_seconds()
        trial = Trial(
            number=len(self.trials) + 1,
            at_s=round(now - self._start, 4),
            cpu_s=round(now - started, 5),
            subject=subject,
            candidate=candidate,
            sample=sample,
            size=round(size),
            best=self.best,
        )
        self.trials.append(trial)
        if self.on_trial is not None:
            self.on_trial(trial)
