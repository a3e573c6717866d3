"""What is kept, and the room for more."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from metrics.probes.sql import Connect, rows

KEPT = "SELECT count(*), coalesce(sum(size), 0) FROM stored_objects"


class Kept:
    """Contents in storage, each counted once however many files have it."""

    every_s = 10.0

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def read(self) -> Mapping[str, float]:
        """Return number and bytes; the longer it took, the longer until the next time."""
        began = time.monotonic()
        ((files, used),) = rows(self._connect, KEPT)
        self.every_s = max(10.0, 500 * (time.monotonic() - began))
        return {"storage.files": files, "storage.used_bytes": float(used)}


class Free:
    """What may still be written where contents go, beyond the reserve that is left free."""

    every_s = 5.0

    def __init__(self, folder: Path, reserve_bytes: int) -> None:
        self._folder = folder
        self._reserve = reserve_bytes

    def read(self) -> Mapping[str, float]:
        """Return the bytes."""
        room = os.statvfs(self._folder)
        return {"storage.free_bytes": max(0, room.f_bavail * room.f_frsize - self._reserve)}
