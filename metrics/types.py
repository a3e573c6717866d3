"""What probes read, and what is stored and sent of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """What one machine was seen to do at the moment `t` (aware, UTC).

    `values`: series by name; one that could not be read is not there.
    `context`: `{"jobs": [{id, kind, algorithm, step}], "processes": [{name, pid, cpu_percent, memory_bytes}]}`, the
    last started job and the busiest process first; None where nothing was going on.
    `own`: for each account that had something compressed in this second its `compression.*` values; these are sent to
    it and not stored.
    """

    machine: str
    t: datetime
    values: Mapping[str, float]
    context: Mapping[str, Any] | None = None
    own: Mapping[str, Mapping[str, float]] | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """What a series was between `t` and the end of its bucket. A sample is a bucket of one value."""

    t: datetime
    low: float
    mean: float
    high: float
    count: int
