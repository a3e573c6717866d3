"""The compression engine: a pure library, bytes in and better bytes out. It knows nothing of Django.

    from compression import engine

    blob = engine.compress(data, objective="ratio", budget_cpu_s=1.0)
    assert engine.decompress(blob) == data

The names below are loaded when they are first used: plain codecs need none of what stands behind them.
"""

import importlib
from typing import Any

_WHERE = {
    "analyze": "analysing",
    "Analysis": "analysing",
    "blocks": "mapping",
    "BlockMap": "mapping",
    "compress": "compressing",
    "compress_stream": "compressing",
    "compress_file": "resuming",
    "Settings": "compressing",
    "decompress": "reading",
    "decompress_stream": "reading",
    "decompress_file": "reading",
    "read_range": "reading",
    "info": "reading",
    "search": "searching",
    "Constraints": "searching",
    "Objective": "searching",
    "Trace": "searching",
    "Trial": "searching",
    "Pipeline": "pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
