"""What a child has used since its work began."""

import resource
import time

from compression.engine.clock import cpu_seconds


class Usage:
    """Counts from when it is made."""

    def __init__(self) -> None:
        self._memory = _resident_peak()
        self._wall, self._cpu = time.perf_counter(), cpu_seconds()

    @property
    def wall_seconds(self) -> float:
        """Time that has passed."""
        return time.perf_counter() - self._wall

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all threads."""
        return cpu_seconds() - self._cpu

    @property
    def peak_memory_bytes(self) -> int:
        """What resident memory grew by at most; a fresh child starts at what it holds."""
        return _resident_peak() - self._memory


def _resident_peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
