"""Numbers that several processes count together, in files as prometheus-client has them in its multiprocess mode.

Each process writes to files of its own, one of a kind (`counter_<pid>.db`), through memory: to count costs a
microsecond and no system call. Whoever reads adds up all files of the folder; those of processes that have ended stay
and count on. Files are this way safe from `kill -9`, and nobody waits for anybody.
"""

import fcntl
import logging
import os
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from prometheus_client.mmap_dict import MmapedDict

log = logging.getLogger(__name__)

K = TypeVar("K", bound=Hashable)

FIRST_BYTES: Final = 256 * 1024
RETRY_S: Final = 5.0
GAUGES: Final = "gauge_livesum"  # the sum over the processes that live
_DOUBLE = struct.Struct("d")


_Untyped: Any = MmapedDict  # as the library has it


class SolidDict(_Untyped):
    """Values in a file whose blocks are there before anything is written to them.

    Where a disk is full, a write through memory to a hole of a file ends the process; to ask for room is an OSError.
    """

    def __init__(self, path: Path) -> None:
        with path.open("ab") as file:
            if os.fstat(file.fileno()).st_size < FIRST_BYTES:
                os.posix_fallocate(file.fileno(), 0, FIRST_BYTES)
        super().__init__(str(path))
        self.path = path

    def _init_value(self, key: str) -> None:
        wanted = self._used + len(key.encode()) + 28  # its length, its padding, and two doubles
        if wanted > self._capacity:
            os.posix_fallocate(self._f.fileno(), self._capacity, self._capacity)
        super()._init_value(key)

    def fits(self, key: str) -> bool:
        """Say whether the key is in the file."""
        return key in self._positions

    def claim(self) -> bool:
        """Hold the file for as long as this process lives; False where it was removed meanwhile."""
        fcntl.flock(self._f.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        return self.path.exists() and self.path.stat().st_ino == os.fstat(self._f.fileno()).st_ino


class Book:
    """The numbers of one kind that this process counts. Not safe for threads.

    Memory has them all, and the file what it could take: a disk that is full or read-only costs nobody a request, and
    what was counted meanwhile is written once there is room.
    """

    def __init__(self, folder: Path, kind: str) -> None:
        self._folder, self._kind = folder, kind
        self._values: dict[str, float] = {}
        self._file: SolidDict | None = None
        self._unwritten: set[str] = set()
        self._retry_at = 0.0

    def add(self, key: str, amount: float) -> None:
        """Add to the number `key`."""
        value = self._values[key] = self._values.get(key, 0.0) + amount
        if self._file is not None and self._file.fits(key):
            self._file.write_value(key, value, 0.0)
        else:
            self._unwritten.add(key)
        if self._unwritten and time.monotonic() >= self._retry_at:
            self._catch_up()

    def _catch_up(self) -> None:
        try:
            file = self._file or self._open()
            while self._unwritten:
                key = next(iter(self._unwritten))
                file.write_value(key, self._values[key], 0.0)
                self._unwritten.discard(key)
        except (OSError, ValueError, RuntimeError) as error:
            log.warning("requests are counted in memory alone for now: %s", error)
            self._retry_at = time.monotonic() + RETRY_S

    def _open(self) -> SolidDict:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{self._kind}_{os.getpid()}.db"
        file = SolidDict(path)
        if self._kind == GAUGES:
            file = self._claimed(file)
            for key, _, _ in list(file.read_all_values()):
                file.write_value(key, self._values.get(key, 0.0), 0.0)
        else:  # the number of a process that ended was given out anew: its counts stay
            for key, value, _ in file.read_all_values():
                self._values[key] = self._values.get(key, 0.0) + value
                self._unwritten.add(key)
        self._file = file
        return file

    @staticmethod
    def _claimed(file: SolidDict) -> SolidDict:
        """The file, held; a new one in its place where what an ended process of this number left behind holds it."""
        try:
            held = file.claim()
        except BlockingIOError:
            file.path.unlink(missing_ok=True)
            file = SolidDict(file.path)
            held = file.claim()
        if not held:
            raise OSError(f"{file.path} was removed as that of an ended process")
        return file


@dataclass(slots=True)
class _Known(Generic[K]):
    """What was seen of one file: its keys lie where they lie for as long as it is the same file."""

    inode: int
    used: int
    places: list[tuple[K, int]]


class Reader(Generic[K]):
    """Adds up the files of a folder; remembers where in them the keys are.

    Numbers whose keys come to the same by `group` are added up in one.
    """

    def __init__(self, folder: Path, group: Callable[[str], K]) -> None:
        self._folder, self._group = folder, group
        self._known: dict[str, _Known[K]] = {}
        self._lock = threading.Lock()

    def read(self, kind: str) -> Mapping[K, float]:
        """Return the sum of each number of a kind over all processes; those of gauges over the living ones."""
        sums: dict[K, float] = defaultdict(float)
        with self._lock:
            for path in sorted(self._folder.glob(f"{kind}_*.db")):
                try:
                    for key, value in self._values(path, kind):
                        sums[key] += value
                except (OSError, ValueError, RuntimeError, struct.error) as error:
                    log.warning("%s is left out: %s", path.name, error)
        return sums

    def _values(self, path: Path, kind: str) -> Iterator[tuple[K, float]]:
        with path.open("rb") as file:
            if kind == GAUGES and _is_free(file.fileno()):
                path.unlink(missing_ok=True)  # whoever counted in it has ended
                return
            inode, head = os.fstat(file.fileno()).st_ino, file.read(4)
            used = int.from_bytes(head, "little")
            data = head + file.read(max(0, used - len(head)))  # what lies behind is room for more
        known = self._known.get(path.name)
        if known is None or known.inode != inode or known.used > used:
            known = self._known[path.name] = _Known(inode, 8, [])
        known.places += [(self._group(key), place) for key, place in _places(data, known.used, used)]
        known.used = max(used, 8)
        for key, place in known.places:
            yield key, _DOUBLE.unpack_from(data, place)[0]


def _places(data: bytes, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Yield the keys that lie between two places of a file, with the places of their values."""
    while start < end:
        length = int.from_bytes(data[start : start + 4], "little")
        value = start + 4 + length + 8 - (length + 4) % 8
        if not length or value + 16 > end:
            raise ValueError(f"damaged at {start}")
        yield data[start + 4 : start + 4 + length].decode(), value
        start = value + 16


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
