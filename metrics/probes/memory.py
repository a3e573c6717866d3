"""Memory and swap."""

import re
from collections.abc import Mapping

from metrics.probes.base import KernelFile, share

_LINE = re.compile(rb"^(MemTotal|MemAvailable|SwapTotal|SwapFree): +(\d+) kB", re.M)


class Memory:
    """What is in use: all but what the kernel could give to a program that asks, as `free` counts it."""

    every_s = 1.0

    def __init__(self) -> None:
        self._file = KernelFile("/proc/meminfo")

    def read(self) -> Mapping[str, float]:
        """Return bytes and shares."""
        kept = {name: int(kb) * 1024 for name, kb in _LINE.findall(self._file.read())}
        total, available = kept[b"MemTotal"], kept[b"MemAvailable"]
        swap, unused = kept.get(b"SwapTotal", 0), kept.get(b"SwapFree", 0)
        return {
            "system.memory_used_bytes": total - available,
            "system.memory_available_bytes": available,
            "system.memory_percent": share(total - available, total),
            "system.swap_used_bytes": swap - unused,
            "system.swap_percent": share(swap - unused, swap),
        }
