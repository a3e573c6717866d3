"""Recommending in a child: the state comes by a descriptor, the answer goes into the target as JSON."""

import json
from typing import Any

from compression.engine.isolation.protocol import Request
from compression.engine.isolation.target import Target
from compression.engine.isolation.usage import Usage
from compression.engine.learning.recommending import recommend as recommended
from compression.engine.learning.state import State
from compression.engine.searching.objective import Aim, Constraints, Objective
from compression.engine.source import Source


def recommend(request: Request, source: Source, state: Source, target: Target) -> dict[str, Any]:
    """Recommend for the source, of which no more is read than is looked at; CorruptStream where the state is none."""
    asked = request.options
    usage = Usage()
    found = recommended(
        source.read_at,
        source.size or 0,
        State.unpacked(state.read_at(0, state.size or 0)),
        Aim(Objective(asked["objective"]), Constraints(**asked["constraints"])),
        budget_cpu_s=asked["budget_cpu_s"],
        machine=asked["machine"],
        names=asked["names"],
        search=asked["search"],
    )
    target.write(json.dumps(found.config()).encode())
    return {"cpu_seconds": usage.cpu_seconds}
