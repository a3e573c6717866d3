"""Recommending, the client's side."""

from collections.abc import Collection, Mapping
from typing import Any

from compression.engine.errors import EngineError
from compression.engine.isolation.analyse import ANSWER_BYTES, answer
from compression.engine.isolation.calls import ShouldStop
from compression.engine.isolation.client import memory_file
from compression.engine.learning.actions import NAMES
from compression.engine.learning.deciding import BUDGET_S
from compression.engine.learning.recommended import Recommendation
from compression.engine.learning.state import State
from compression.engine.limits import Limits, MiB

BUDGET_MOST_S = 10.0
LIMITS = Limits(
    max_output_bytes=ANSWER_BYTES, max_memory_bytes=1024 * MiB, max_cpu_seconds=30, max_wall_seconds=60
)


def recommend(
    source_fd: int,
    state: State,
    objective: str,
    *,
    constraints: Mapping[str, Any] = {},
    budget_cpu_s: float | None = BUDGET_S,
    machine: float = 1.0,
    names: Collection[str] = NAMES,
    search: bool = True,
    should_stop: ShouldStop | None = None,
) -> Recommendation:
    """Recommend for the file behind a descriptor, from where it stands, in a child.

    See `engine.learning.recommending`; `constraints` are those of `searching.Constraints` by name. Raises the errors of
    `engine.errors`.
    """
    options = {
        "objective": objective,
        "constraints": dict(constraints),
        "budget_cpu_s": None if budget_cpu_s is None else min(budget_cpu_s, BUDGET_MOST_S),
        "machine": machine,
        "names": list(names),
        "search": search,
    }
    with memory_file(state.packed()) as packed:
        found = answer("recommend", source_fd, options, should_stop, LIMITS, also_fd=packed.fileno())
    try:
        return Recommendation.from_config(found)
    except (TypeError, KeyError, AttributeError) as error:
        raise EngineError(f"The process of a recommendation wrote what is none: {error!r}") from error
