"""Since when each part is as it is. The sampler writes it down beside the programs' logs, so that it needs neither
Redis nor the database; what it cannot write, or has not yet, each process remembers for itself."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from core.disk import replace_text
from core.health import Status


@dataclass(frozen=True, slots=True)
class Stand:
    """How a part is `since` then; `changed` says whether it is known to have been otherwise before."""

    status: Status
    since: datetime
    changed: bool


class Changes:
    """The stands of all parts, as this process and the sampler saw them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = 0
        self._written: Mapping[str, Stand] = {}
        self._own: dict[str, Stand] = {}

    def note(self, name: str, status: Status, now: datetime) -> Stand:
        """Return the stand of a part that is found to be so now."""
        known = [stand for stand in (self._read().get(name), self._own.get(name)) if stand]
        last = max(known, key=lambda stand: stand.since, default=None)
        if last is None or last.status != status:
            last = Stand(status, now, changed=last is not None)
        self._own[name] = last
        return last

    def write(self) -> None:
        """Write down what was noted, where that is news; a full disk keeps what was written before."""
        if self._own == self._read():
            return
        content = {
            name: {"status": stand.status, "since": stand.since.isoformat(), "changed": stand.changed}
            for name, stand in self._own.items()
        }
        with contextlib.suppress(OSError):
            replace_text(self._path, json.dumps(content, indent=2))

    def _read(self) -> Mapping[str, Stand]:
        try:
            seen = self._path.stat().st_mtime_ns
            if seen != self._seen:
                self._written = {
                    name: Stand(Status(one["status"]), datetime.fromisoformat(one["since"]), one["changed"])
                    for name, one in json.loads(self._path.read_text()).items()
                }
                self._seen = seen
        except (OSError, ValueError, KeyError, TypeError):
            self._written = {}
        return self._written


changes = Changes(settings.DATA_DIR / "run" / "components.json")
