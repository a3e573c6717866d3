"""Looking at content, the client's side."""

import json
import os
from typing import Any

from compression.engine.analysed import Analysis
from compression.engine.blockmap import BlockMap
from compression.engine.errors import EngineError
from compression.engine.isolation.calls import ShouldStop, begin
from compression.engine.isolation.client import memory_file
from compression.engine.isolation.protocol import Operation, Request
from compression.engine.limits import Limits, MiB

ANSWER_BYTES = 4 * MiB
LIMITS = Limits(max_output_bytes=ANSWER_BYTES, max_cpu_seconds=30, max_wall_seconds=60)


def analyse(source_fd: int, *, budget_cpu_s: float = 2.0, should_stop: ShouldStop | None = None) -> Analysis:
    """Analyse the file behind a descriptor, from where it stands, in a child; raises the errors of `engine.errors`."""
    found = answer("analyse", source_fd, {"budget_cpu_s": budget_cpu_s}, should_stop)
    try:
        return Analysis.from_config(found)
    except (TypeError, KeyError, AttributeError) as error:
        raise EngineError(f"The process of an analysis wrote what is none: {error!r}") from error


def blocks(source_fd: int, *, budget_cpu_s: float = 8.0, should_stop: ShouldStop | None = None) -> BlockMap:
    """Map the container behind a descriptor, from where it stands, in a child; CorruptStream where it is none."""
    found = answer("blocks", source_fd, {"budget_cpu_s": budget_cpu_s}, should_stop)
    try:
        return BlockMap.from_config(found)
    except (TypeError, KeyError, AttributeError) as error:
        raise EngineError(f"The process of a map wrote what is none: {error!r}") from error


def answer(
    operation: Operation,
    source_fd: int,
    options: dict[str, Any],
    should_stop: ShouldStop | None,
    limits: Limits = LIMITS,
    also_fd: int | None = None,
) -> dict[str, Any]:
    """What a child wrote as JSON; with another descriptor, it reads that as well."""
    with memory_file() as target:
        request = Request(operation, limits, options)
        sources = (source_fd,) if also_fd is None else (source_fd, also_fd)
        with begin(request, (*sources, target.fileno()), None, should_stop) as call:
            call.report()
        try:
            found: dict[str, Any] = json.loads(os.pread(target.fileno(), ANSWER_BYTES, 0))
        except ValueError as error:
            raise EngineError("The process of an analysis wrote no JSON") from error
    return found
