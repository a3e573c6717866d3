"""Measuring what actions make of content, the client's side."""

from collections.abc import Sequence
from typing import NamedTuple

from compression.engine.errors import EngineError
from compression.engine.isolation.analyse import ANSWER_BYTES, answer
from compression.engine.isolation.calls import ShouldStop
from compression.engine.learning.actions import NAMES
from compression.engine.learning.outcomes import Outcome
from compression.engine.limits import Limits

LIMITS = Limits(max_output_bytes=ANSWER_BYTES, max_cpu_seconds=120, max_wall_seconds=300)


class Measured(NamedTuple):
    """An outcome, and the CPU seconds that it took to know it."""

    outcome: Outcome
    cpu_seconds: float


def measure(
    source_fd: int,
    place: tuple[int, int],
    *,
    kind: str,
    group: str,
    machine: float,
    actions: Sequence[str] = NAMES,
    owner: str = "",
    should_stop: ShouldStop | None = None,
) -> Measured:
    """Try the named actions on the chunk at `place` (offset and length) of the file behind a descriptor, in a child.

    For `kind`, `group`, `machine` and `owner` see `Outcome`. Raises the errors of `engine.errors`; what a single action
    cannot do is in its trial.
    """
    options = {
        "offset": place[0],
        "length": place[1],
        "kind": kind,
        "group": group,
        "machine": machine,
        "actions": list(actions),
        "owner": owner,
    }
    found = answer("measure", source_fd, options, should_stop, LIMITS)
    try:
        return Measured(Outcome.from_config(found["outcome"]), float(found["cpu_seconds"]))
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise EngineError(f"The process of a measurement wrote what is none: {error!r}") from error
