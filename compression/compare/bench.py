"""Where comparisons are measured: the candidates, their input, their limits, and the job that watches."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings

from compression import planning
from compression.choices import Ending, Operation
from compression.compare.measuring import Measuring, Rules, Sample
from compression.compare.running import run_once, warm
from compression.engine import errors as engine
from compression.planning import Plan
from core.jobs import JobContext
from files import services as files

if TYPE_CHECKING:
    from files.models import File

# A run that takes this many times its estimate, and more than the least, is given up: its codec hangs.
PATIENCE, LEAST_PATIENCE_S = 20, 120


class Bench:
    """Runs the candidates on one input; a job is told how far it is and asked whether to go on.

    Without one it must be done within the time of calls that are answered at once; Stopped is raised beyond it.
    """

    def __init__(self, source: "File", plans: Sequence[Plan], ctx: JobContext | None) -> None:
        self._source, self._plans, self._ctx = source, plans, ctx
        self._until = time.monotonic() + settings.INLINE_WALL_S
        self._bound = planning.limits(room=settings.DECODED_LIMIT_BYTES)
        self._decoding = planning.limits(room=settings.DECODED_LIMIT_BYTES, original_size=source.size)

    def measure(self, rules: Rules) -> tuple[Measuring, Ending]:
        """Measure by `rules`."""
        with files.file_on_disk(self._source) as input_:
            warm(input_)
            measuring = Measuring(
                len(self._plans), lambda number: self._run(number, input_), rules, on_run=self._tell
            )
            return measuring, measuring.go()

    def _run(self, number: int, input_: Any) -> Sample:
        plan = self._plans[number]
        patience = max(LEAST_PATIENCE_S, PATIENCE * plan.seconds(Operation.COMPRESS, self._source.size))
        wall = min(self._bound.max_wall_seconds, int(patience))
        sample = run_once(
            plan,
            input_,
            self._source.sha256,
            encoding=replace(self._bound, max_wall_seconds=wall),
            decoding=replace(self._decoding, max_wall_seconds=wall),
            should_stop=self._should_stop,
        )
        if self._ctx:
            self._ctx.add_cpu_seconds(sample.compress_cpu_s + sample.decompress_cpu_s)
        return sample

    @property
    def _should_stop(self) -> Callable[[], bool]:
        return self._ctx.stopping if self._ctx else lambda: time.monotonic() > self._until

    def _tell(self, number: int, done: int) -> None:
        if self._should_stop():
            raise engine.Stopped
        if self._ctx:
            plan = self._plans[number]
            named = plan.algorithm.name if plan.level is None else f"{plan.algorithm.name} {plan.level}"
            self._ctx.progress(done, len(self._plans), unit="candidates", message=named)
