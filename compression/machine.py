"""Which machine a measurement was made on: speeds of different machines must not be mixed."""

import hashlib
import os
import platform
from functools import cache
from pathlib import Path


@cache
def machine_id() -> str:
    """Return a short stable name for this kind of machine: its processor model, number of cores and system."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    text = f"{model} x{os.cpu_count()} {platform.system()}"
    return f"{model[:40]} x{os.cpu_count()} {hashlib.sha256(text.encode()).hexdigest()[:8]}"
