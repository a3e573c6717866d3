"""`search`: from content to the pipeline that suits an aim."""

from collections.abc import Callable
from dataclasses import replace

from compression.engine import kernels
from compression.engine.analysis.tar import abridged
from compression.engine.codecs.reader import Bytes
from compression.engine.leaves.store import Store
from compression.engine.limits import MiB
from compression.engine.pipeline import End, Pipeline
from compression.engine.searching import ends
from compression.engine.searching.objective import Aim, Constraints, Cost, Objective
from compression.engine.searching.planner import Planner, closed
from compression.engine.searching.sampling import head
from compression.engine.searching.trace import Trace, Trial
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
    pipeline on every machine. Another seed has other samples looked at. It can be stopped at any moment, with the best
    so far as the result. The analysis, and a look at leaves for the content as it is, are made whatever the budget: on
    small content they may take 0.1 to 0.3 CPU seconds. With a lower bound of speed, nominal speeds are what counts.
    """
    kernels.warm()  # before the clock starts
    aim = Aim(Objective(objective), constraints or Constraints())
    trace = Trace(budget_cpu_s, max_trials, on_trial, should_stop, seed)
    stream = Stream(array(data))
    if not stream.size:
        return Pipeline.of(End(Store())), trace
    part = _part(stream)
    planner = Planner(_for_part(aim, part.size / stream.size), trace)
    planned, close = planner.plan(part)

    def affordable(cost: Cost) -> bool:
        """Whether there is time to encode by another and to verify that."""
        return max_trials is not None or cost.encode_s + cost.decode_s <= budget_cpu_s

    if close is not None and affordable(close.cost):
        trace.runner_up = Pipeline.of(closed(close.tree))
    trace.reasons = list(planned.reasons)
    found = Pipeline.of(closed(planned.tree))
    known = {found.name, trace.runner_up.name if trace.runner_up else ""}
    for rival in ends.rivals(part, planner.aim, trace, planned.cost.size):
        pipeline = Pipeline.of(End(rival.leaf))
        if pipeline.name not in known and affordable(rival.cost):
            trace.rivals.append(pipeline)
    return found, trace


def _part(stream: Stream) -> Stream:
    """What plans are made for: the front of content; of an archive, parts of the files in it."""
    short = abridged(stream.data, LOOKED_AT) if stream.size > LOOKED_AT else None
    return head(stream, LOOKED_AT) if short is None else Stream(short)


def _for_part(aim: Aim, share: float) -> Aim:
    """The aim for a part of the content: memory grows with what is decoded at once."""
    most = int(aim.constraints.max_memory_bytes * share)
    return Aim(aim.objective, replace(aim.constraints, max_memory_bytes=most))
