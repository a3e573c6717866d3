"""The programs of the platform, as their supervisor wrote them down."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """One of them: `pid` is None while it does not run, `last_exit` how it ended the last time, if it did.

    `started_at` is in seconds of `time.time`; `ends` counts how often in a row it ended soon after its start.
    """

    name: str
    pid: int | None
    started_at: float
    ends: int
    last_exit: int | None

    @property
    def group(self) -> str:
        """What it is one of several of: `web-2` is of `web`."""
        name, _, number = self.name.rpartition("-")
        return name if number.isdecimal() else self.name


class Programs:
    """The file, read again when it has changed; no programs where it is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] = (0, 0)
        self._programs: Mapping[str, Program] = {}

    def read(self) -> Mapping[str, Program]:
        """Return the programs by name."""
        try:
            state = self._path.stat()
            if (seen := (state.st_mtime_ns, state.st_ino)) != self._seen:
                found = json.loads(self._path.read_text())
                self._programs = {name: Program(name, **entry) for name, entry in found.items()}
                self._seen = seen
        except FileNotFoundError:
            self._seen, self._programs = (0, 0), {}
        return self._programs
