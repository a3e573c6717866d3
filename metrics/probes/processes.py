"""Processes: what each part of the platform takes, and which processes of the machine take most."""

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from metrics.probes.base import KernelFile
from metrics.probes.programs import Program, Programs

TICKS_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TOP = 5
# What children of a program start is looked for so rarely, in readings: hardly any of them does.
DEEPER_EVERY = 4
# All of the machine are looked at so rarely that it takes no more than this share of a core.
SCAN_SHARE = 0.0005
SCAN_LEAST_S, SCAN_MOST_S = 2.0, 30.0
# Below that many percent of a core nobody asks who it was.
NOTEWORTHY = 1.0
# Columns of /proc/<pid>/stat after the name: times of the process itself and of children that it has seen end.
UTIME, STIME, CHILDREN_UTIME, CHILDREN_STIME, PAGES = 11, 12, 13, 14, 21


@dataclass(slots=True)
class Times:
    """What the kernel says of one process. `ticks` are its own, `total` with those of ended children."""

    name: str
    ticks: int
    total: int
    memory_bytes: int


BORN = Times("", 0, 0, 0)


class Watched:
    """A process whose files stay open."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.before: Times | None = None
        self._stat = KernelFile(f"/proc/{pid}/stat", 1024)
        self._children: KernelFile | None = None
        self._known: list[int] = []
        self._looks = 0
        with suppress(OSError):  # a kernel may be built without
            self._children = KernelFile(f"/proc/{pid}/task/{pid}/children")

    def times(self) -> Times:
        """Return its figures; ProcessLookupError where it has ended."""
        return parse(self._stat.read())

    def children(self, *, every: int) -> list[int]:
        """Return the processes that it started, by its first thread, as they were within that many looks."""
        if self._children and self._looks % every == 0:
            self._known = [int(pid) for pid in self._children.read().split()]
        self._looks += 1
        return self._known


class Processes:
    """Processor time, memory and number of the processes of each part of the platform.

    What a child took is counted while it runs, and once it has ended within what its parent has seen end: so the sum
    over a part only grows, however short its processes live.
    """

    every_s = 1.0

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._watched: dict[int, Watched] = {}
        self._totals: dict[str, int] = {}
        self._at = 0.0
        self._machine = Scan()
        self.context: Mapping[str, Any] = {}

    def read(self) -> Mapping[str, float]:
        """Return the values of each part; `context` then has the processes that took most."""
        now = time.monotonic()
        seconds, self._at = now - self._at, now
        found: dict[str, float] = {}
        totals: dict[str, int] = {}
        watched: dict[int, Watched] = {}
        busy: list[dict[str, Any]] = []
        looked = bool(self._watched)
        for program in self._programs.read().values():
            group = program.group
            for one, times in self._family(program):
                watched[one.pid] = one
                totals[group] = totals.get(group, 0) + times.total
                _add(found, f"process.memory_bytes.{group}", times.memory_bytes)
                _add(found, f"process.count.{group}", 1)
                if one.before or looked:  # who was not there at the last look has begun since
                    busy.append(_entry(program.name, one.pid, times, one.before or BORN, seconds))
                one.before = times
        for group, total in totals.items():
            before = self._totals.get(group)
            if before is not None and total >= before:
                found[f"process.cpu_percent.{group}"] = (total - before) / TICKS_S / seconds * 100
        self._watched, self._totals = watched, totals
        busy += [entry for entry in self._machine.read(now) if entry["pid"] not in watched]
        busy.sort(key=lambda entry: -entry["cpu_percent"])
        top = [entry for entry in busy[:TOP] if entry["cpu_percent"] >= NOTEWORTHY]
        self.context = {"processes": top} if top else {}
        return found

    def _family(self, program: Program) -> list[tuple[Watched, Times]]:
        """Return the program's processes with their figures: itself, and all that descend from it."""
        found = []
        waiting = [program.pid] if program.pid else []
        while waiting:
            pid = waiting.pop()
            try:
                one = self._watched.get(pid) or Watched(pid)
                try:
                    times = one.times()
                except ProcessLookupError:
                    if pid not in self._watched:
                        raise
                    one = Watched(pid)  # the number is another process's now
                    times = one.times()
                waiting += one.children(every=1 if pid == program.pid else DEEPER_EVERY)
                found.append((one, times))
            except OSError:  # it has ended
                continue
        return found


class Scan:
    """The busiest processes of the whole machine, over the seconds between two looks at all of them."""

    def __init__(self) -> None:
        self._before: dict[str, Times] = {}
        self._at = self._due = 0.0
        self._found: list[dict[str, Any]] = []

    def read(self, now: float) -> list[dict[str, Any]]:
        """Return them as they were at the last look; another one is taken when it is due."""
        if now >= self._due:
            began = time.thread_time()
            self._look(now)
            cost = time.thread_time() - began
            self._due = now + min(SCAN_MOST_S, max(SCAN_LEAST_S, cost / SCAN_SHARE)) - 0.5
        return self._found

    def _look(self, now: float) -> None:
        seconds, self._at = now - self._at, now
        seen: dict[str, Times] = {}
        for pid in os.listdir("/proc"):
            if pid.isdecimal():
                with suppress(OSError):
                    seen[pid] = parse(_read(f"/proc/{pid}/stat"))
        known = self._before
        entries = [
            _entry(times.name, int(pid), times, known[pid], seconds)
            for pid, times in seen.items()
            if pid in known and times.ticks > known[pid].ticks
        ]
        entries.sort(key=lambda entry: -entry["cpu_percent"])
        self._before, self._found = seen, entries[: 2 * TOP]


def parse(stat: bytes) -> Times:
    """Read /proc/<pid>/stat; the name in it may hold anything, brackets and spaces among it."""
    begin, end = stat.index(b"("), stat.rindex(b")")
    columns = stat[end + 2 :].split(maxsplit=PAGES + 1)
    ticks = int(columns[UTIME]) + int(columns[STIME])
    return Times(
        stat[begin + 1 : end].decode(errors="replace"),
        ticks,
        ticks + int(columns[CHILDREN_UTIME]) + int(columns[CHILDREN_STIME]),
        int(columns[PAGES]) * PAGE_BYTES,
    )


def _read(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(handle, 1024)
    finally:
        os.close(handle)


def _add(found: dict[str, float], name: str, value: float) -> None:
    found[name] = found.get(name, 0) + value


def _entry(name: str, pid: int, times: Times, before: Times, seconds: float) -> dict[str, Any]:
    percent = max(0.0, (times.ticks - before.ticks) / TICKS_S / seconds * 100)
    return {
        "name": name,
        "pid": pid,
        "cpu_percent": round(percent, 1),
        "memory_bytes": times.memory_bytes,
    }
