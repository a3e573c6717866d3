"""Measuring what actions make of a chunk, in a child: the outcome goes into the target as JSON."""

import json
from typing import Any

from compression.engine.isolation.protocol import Request
from compression.engine.isolation.target import Target
from compression.engine.isolation.usage import Usage
from compression.engine.learning.measuring import outcome_of
from compression.engine.source import Source


def measure(request: Request, source: Source, target: Target) -> dict[str, Any]:
    """Try the actions on the chunk at the place that the request names."""
    asked = request.options
    usage = Usage()
    chunk = source.read_at(asked["offset"], asked["length"])
    found = outcome_of(
        chunk, asked["kind"], asked["group"], asked["machine"], asked["actions"], asked["owner"]
    )
    cpu_s = usage.cpu_seconds
    target.write(json.dumps({"outcome": found.config(), "cpu_seconds": cpu_s}).encode())
    return {"cpu_seconds": cpu_s}
