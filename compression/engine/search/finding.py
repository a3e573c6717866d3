"""`search`: from content to the pipeline that suits an aim."""

from collections.abc import Callable

from compression.engine import kernels
from compression.engine.codecs.reader import Bytes
from compression.engine.leaves.store import Store
from compression.engine.limits import MiB
from compression.engine.pipeline import End, Pipeline
from compression.engine.search.objective import Aim, Constraints, Cost, Objective
from compression.engine.search.planner import Planner, closed
from compression.engine.search.sampling import head
from compression.engine.search.trace import Trace, Trial
from compression.engine.streams import Stream, array

LOOKED_AT = 2 * MiB
"""Bytes at the front of the content that plans are made for."""


def search(
    data: Bytes,
    objective: Objective | str = Objective.RATIO,
    budget_cpu_s: float = 1.0,
    constraints: Constraints | None = None,
    seed: int = 0,
    *,
    max_trials: int | None = None,
    on_trial: Callable[[Trial], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[Pipeline, Trace]:
    """The best pipeline found for `data` within so many CPU seconds, and all that was tried.

    With `max_trials` the number of trials is the limit and not the clock: the same data, seed and number give the same
    pipeline on every machine. It can be stopped at any moment, with the best so far as the result.
    """
    kernels.warm()  # before the clock starts
    aim = Aim(Objective(objective), constraints or Constraints())
    trace = Trace(budget_cpu_s, max_trials, on_trial, should_stop)
    stream = Stream(array(data))
    if not stream.size:
        return Pipeline.of(End(Store())), trace
    planner = Planner(aim, trace)
    planned, close = planner.plan(head(stream, LOOKED_AT))
    if close is not None and (max_trials is not None or _seconds(close.cost) <= budget_cpu_s):
        trace.runner_up = Pipeline.of(closed(close.tree))
    trace.reasons = list(planned.reasons)
    return Pipeline.of(closed(planned.tree)), trace


def _seconds(cost: Cost) -> float:
    """What it takes to encode and to verify."""
    return cost.encode_s + cost.decode_s
