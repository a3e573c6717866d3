"""What the supervisor writes down of its programs, for those who look at how the platform is."""

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

from config.services.keeper import Kept
from core.disk import replace_text


class Record:
    """A file `{name: {pid, started_at, ends, last_exit}}`, written anew when something in it has changed.

    `pid` is null while a program does not run; the others are those of `Kept`. A disk that is full keeps the old one
    until there is room: the programs are kept running all the same.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = ""

    def write(self, programs: Sequence[Kept]) -> None:
        """Write down how the programs are, unless that is what stands there."""
        content = json.dumps({kept.unit.name: _entry(kept) for kept in programs}, indent=2)
        if content != self._written:
            with contextlib.suppress(OSError):
                replace_text(self._path, content)
                self._written = content

    def remove(self) -> None:
        """Remove the file: nothing runs any more."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def _entry(kept: Kept) -> dict[str, object]:
    return {
        "pid": kept.unit.pid if kept.unit.exit_code is None else None,
        "started_at": kept.started_at,
        "ends": kept.ends,
        "last_exit": kept.last_exit,
    }
