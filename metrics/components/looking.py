"""How all parts are: their checks at once, since when they are so, and what they wrote last."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from core.health import Status, at_once, verdict
from core.tail import last_lines
from metrics.components import programs, servers
from metrics.components.changes import changes
from metrics.components.parts import Finding, Part, parts
from metrics.components.supervised import programs_of

assert programs  # registering is what their import does
assert servers

# Who asks again within this time is told the same.
HOLDS_S = 1.0
# Lines of the log that are told: of a part that is well, and of one that is not or was not a while ago.
LINES_WELL, LINES_UNWELL = 5, 10
CHANGED_LATELY = timedelta(minutes=10)
LINE_LENGTH = 1000


@dataclass(frozen=True)
class Component:
    """One part as the API and the pages tell of it. `since`: it has been in this status since then."""

    name: str
    title: str
    status: str
    latency_ms: float | None
    uptime_s: float | None
    detail: str
    since: datetime
    log: Sequence[str]

    def body(self) -> dict[str, Any]:
        """It as plain data."""
        return asdict(self)


Outcome = tuple[str, Finding | Exception, float]
_lock = threading.Lock()
_last: tuple[float, list[Component]] = (float("-inf"), [])


def components() -> list[Component]:
    """Return how the parts are, seen within the last second. A part that hangs holds this up for three seconds."""
    global _last
    with _lock:
        if time.monotonic() - _last[0] > HOLDS_S:
            checks: list[tuple[str, Callable[[], Finding]]] = [
                (one.name, one.check) for one in parts.values()
            ]
            found = described(at_once(checks))
            _last = time.monotonic(), found
        return _last[1]


def described(outcomes: Iterable[Outcome]) -> list[Component]:
    """Return the components that these outcomes of checks tell of: name, finding or error, and seconds."""
    now = timezone.now()
    return [_described(parts.get(name), outcome, seconds, now) for name, outcome, seconds in outcomes]


def _described(one: Part, outcome: Finding | Exception, seconds: float, now: datetime) -> Component:
    if isinstance(outcome, Exception):
        status, detail = verdict(one.name, outcome)
        outcome = Finding(detail, status)
    stand = changes.note(one.name, outcome.status, now)
    lately = stand.changed and now - stand.since < CHANGED_LATELY
    lines = LINES_UNWELL if lately or outcome.status != Status.OK else LINES_WELL
    return Component(
        one.name,
        one.title,
        outcome.status.value,
        None if outcome.status == Status.DOWN else round(seconds * 1000, 2),
        None if outcome.uptime_s is None else round(outcome.uptime_s, 1),
        outcome.detail,
        stand.since,
        _log(outcome.log or one.log, lines),
    )


def _log(program: str, lines: int) -> list[str]:
    """Return the last lines of a program; of several of one kind those of the one that wrote last."""
    if not program:
        return []
    folder: Path = settings.DATA_DIR / "log"
    names = [one.name for one in programs_of(program)] or [program]
    path = max((folder / f"{name}.log" for name in names), key=_written_at)
    written_at = _written_at(path)
    if _read.get(path, (0, []))[0] != written_at:
        _read[path] = written_at, [line[:LINE_LENGTH] for line in last_lines(path, count=LINES_UNWELL)]
    return _read[path][1][-lines:] if written_at else []


# What was read of each log, and when it had been written last: most say nothing for a long time.
_read: dict[Path, tuple[int, list[str]]] = {}


def _written_at(path: Path) -> int:
    """Nanoseconds since 1970; 0 where there is no such file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
