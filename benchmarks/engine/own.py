"""The engine on one file: what it searched, found and made, and what that took."""

import time
from typing import Any

from benchmarks.engine.results import MB, difference, failure, timed
from compression import engine
from compression.engine import kernels
from compression.engine.compressing import Compressing, Settings
from compression.engine.pipeline import Pipeline
from compression.engine.searching import Objective
from compression.engine.streams import array

LEAST_BUDGET_S = 0.1
"""The CPU seconds that even the smallest file gets."""


def warm() -> None:
    """Load what a process loads once."""
    kernels.warm()
    engine.decompress(
        engine.compress(b"".join(b"%d,%d\n" % (n, n * n) for n in range(3000)), budget_cpu_s=0.3)
    )


def budget_of(size: int, per_mb_s: float) -> float:
    """CPU seconds for the search in a file of `size` bytes."""
    return max(LEAST_BUDGET_S, per_mb_s * size / MB)


def measure(data: bytes, objective: str, per_mb_s: float) -> dict[str, Any]:
    """A result as JSON data. `search_s` is all CPU time of the compression but for encoding and verifying once."""
    budget = budget_of(len(data), per_mb_s)
    compressing = Compressing(Settings(Objective(objective), budget))
    started = time.process_time()
    try:
        blob = b"".join(compressing.pieces([data]))
        compress_s = time.process_time() - started
        info = engine.info(blob)
        pipelines = [Pipeline.from_config(block.config) for block in info.blocks]
        frames = [array(data[block.offset : block.offset + block.size]) for block in info.blocks]
        pairs = list(zip(pipelines, frames, strict=True))
        _, encode_s = timed(lambda: [pipeline.encode(frame) for pipeline, frame in pairs])
        back, decode_s = timed(lambda: engine.decompress(blob))
    except Exception as error:
        return failure(error).config()
    return {
        "size": len(blob),
        "encode_s": encode_s,
        "decode_s": decode_s,
        "error": difference(data, back),
        "search_s": max(compress_s - encode_s - decode_s, 0.0),
        "compress_s": compress_s,
        "budget_s": budget,
        "trials": sum(len(trace.trials) for trace in compressing.traces),
        "pipelines": list(dict.fromkeys(str(pipeline) for pipeline in pipelines)),
        "faults": compressing.faults + [fault for trace in compressing.traces for fault in trace.faults],
        "reasons": [reason for trace in compressing.traces for reason in trace.reasons],
    }
