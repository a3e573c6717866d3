"""Looking at content in a child: what was found goes into the target as JSON, since it may be long."""

import json
from typing import Any

from compression.engine.analysing import analyze_parts
from compression.engine.isolation.protocol import Request
from compression.engine.isolation.target import Target
from compression.engine.mapping import blocks_of
from compression.engine.source import Source


def analyse(request: Request, source: Source, target: Target) -> dict[str, Any]:
    """Analyse the source, of which no more is read than is looked at; the analysis goes into `target`."""
    found = analyze_parts(source.read_at, source.size or 0, request.options["budget_cpu_s"])
    target.write(json.dumps(found.config()).encode())
    return {"cpu_seconds": found.cpu_s}


def blocks(request: Request, source: Source, target: Target) -> dict[str, Any]:
    """Map the container in the source; the map goes into `target`."""
    found = blocks_of(source.read_at, source.size or 0, request.options["budget_cpu_s"], request.limits)
    target.write(json.dumps(found.config()).encode())
    return {"cpu_seconds": found.cpu_s}
