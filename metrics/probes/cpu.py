"""The processor: how busy it is, core by core, and how many wait for it."""

from collections.abc import Mapping

from metrics.probes.base import KernelFile, share

# Columns of /proc/stat: user nice system idle iowait irq softirq steal; guests are in user already.
COLUMNS = 8
IDLE, WAITING = 3, 4


class Cpu:
    """Busy share since the last reading, of all cores and of each."""

    every_s = 1.0

    def __init__(self) -> None:
        self._stat = KernelFile("/proc/stat", 16_384)
        self._load = KernelFile("/proc/loadavg", 128)
        self._before: dict[str, tuple[int, int]] = {}

    def read(self) -> Mapping[str, float]:
        """Return shares in percent, and the load."""
        found: dict[str, float] = {}
        now: dict[str, tuple[int, int]] = {}
        for line in self._stat.read().splitlines():
            if not line.startswith(b"cpu"):
                break
            name, *columns = line.split(maxsplit=COLUMNS + 1)
            ticks = [int(column) for column in columns[:COLUMNS]]
            now[name.decode()] = sum(ticks), ticks[IDLE] + ticks[WAITING]
        for core, (total, idle) in now.items():
            if core in self._before:
                passed = total - self._before[core][0]
                rested = idle - self._before[core][1]
                found[_series(core)] = min(100.0, max(0.0, share(passed - rested, passed)))
        self._before = now
        one, five, fifteen = self._load.read().split()[:3]
        found["system.load_1"], found["system.load_5"], found["system.load_15"] = (
            float(one),
            float(five),
            float(fifteen),
        )
        return found


def _series(core: str) -> str:
    """`cpu` stands for all, `cpu3` for one."""
    return f"system.core_percent.{core[3:]}" if core[3:] else "system.cpu_percent"
