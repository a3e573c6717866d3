"""Disks: how full the file systems are that the platform depends on, and what goes to and from each device."""

import os
from collections.abc import Mapping
from pathlib import Path

from metrics.probes.base import KernelFile, Rates, share

SECTOR_BYTES = 512
MOST_DEVICES = 16
# Loops and memory that is shown as a disk: what goes to them is no traffic of a device, or counted there once more.
NO_DEVICES = ("loop", "ram", "zram", "fd", "sr")


class Room:
    """How full the file system of the data folder is, and that of `/` where it is another one."""

    every_s = 5.0

    def __init__(self, data: Path) -> None:
        self._data = data

    def read(self) -> Mapping[str, float]:
        """Return bytes and shares as `df` has them, which leaves out what only root may fill."""
        found: dict[str, float] = {}
        for name, path in self._places().items():
            room = os.statvfs(path)
            used = (room.f_blocks - room.f_bfree) * room.f_frsize
            free = room.f_bavail * room.f_frsize
            found[f"system.disk_used_bytes.{name}"] = used
            found[f"system.disk_free_bytes.{name}"] = free
            found[f"system.disk_percent.{name}"] = share(used, used + free)
        return found

    def _places(self) -> dict[str, Path]:
        root = Path("/")
        alone = self._data.stat().st_dev == root.stat().st_dev
        return {"data": self._data} if alone else {"data": self._data, "root": root}


class Traffic:
    """What is read from and written to each device, and the share of the time in which it had something to do."""

    every_s = 1.0

    def __init__(self, devices: Path = Path("/sys/block")) -> None:
        names = sorted(path.name for path in devices.iterdir() if not path.name.startswith(NO_DEVICES))
        self._files = {name: KernelFile(devices / name / "stat", 512) for name in names[:MOST_DEVICES]}
        self._rates = Rates()

    def read(self) -> Mapping[str, float]:
        """Return bytes a second, and percent."""
        counters: dict[str, float] = {}
        for name, file in self._files.items():
            columns = file.read().split(maxsplit=10)
            counters[f"system.disk_read_bytes_s.{name}"] = int(columns[2]) * SECTOR_BYTES
            counters[f"system.disk_write_bytes_s.{name}"] = int(columns[6]) * SECTOR_BYTES
            counters[f"system.disk_busy_percent.{name}"] = int(columns[9]) / 10  # of its milliseconds
        found = self._rates.of(counters)
        return {name: min(100.0, rate) if "_percent." in name else rate for name, rate in found.items()}
