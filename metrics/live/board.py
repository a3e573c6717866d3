"""The newest values of one machine, as one audience may see them."""

import json
import time
from collections.abc import Mapping
from typing import Any

from metrics import names
from metrics.live.patterns import Selection

# Who comes anew, or takes long, learns what was read in so many of the last samples: some probes are read seldom.
REACH = 60
NEWS = frozenset({"name", "status", "log"})


class Board:
    """Each value stands here with the number of the sample that it came with.

    Nobody has a queue: who takes late what is here finds the newest of each value. What many take in the same second
    is filtered and written as JSON once.
    """

    def __init__(self, machine: str) -> None:
        self.machine = machine
        self.number = 0
        self.t = 0.0
        self.posted_at = 0.0
        self._when = ""
        self._values: dict[str, tuple[int, float]] = {}
        self._components: tuple[int, Any] = (0, None)
        self._written: dict[tuple[tuple[str, ...], int], str | None] = {}

    def post(self, t: float, when: str, values: Mapping[str, float], components: Any = None) -> None:
        """Take a sample in: `t` in seconds, `when` the same in words."""
        self.number += 1
        self.t, self._when, self.posted_at = t, when, time.monotonic()
        self._written.clear()
        self._values.update((name, (self.number, value)) for name, value in values.items())
        if components is not None:
            changed = _lasting(components) != _lasting(self._components[1] or [])
            self._components = (self.number if changed else self._components[0], components)

    def text(self, selection: Selection, since: int) -> str | None:
        """What has come after the sample `since`, as JSON; None where that is nothing."""
        key = selection.patterns, since
        if key not in self._written:
            self._written[key] = self._write(selection, since)
        return self._written[key]

    def _write(self, selection: Selection, since: int) -> str | None:
        reach = max(since, self.number - REACH)
        metrics = {
            name: value
            for name, (number, value) in self._values.items()
            if number > reach and name in selection
        }
        body: dict[str, Any] = {"t": self._when, "machine": self.machine, "metrics": metrics}
        changed, components = self._components
        if changed > since:
            body["components"] = components
        elif not metrics:
            return None
        return json.dumps(body, separators=(",", ":"))

    def stilled(self) -> dict[str, float]:
        """Zero for each rate that was not zero: what a sample in which nothing was done means."""
        return {
            name: 0.0
            for name, (_, value) in self._values.items()
            if value and (family := names.find(name)) and family.unit in ("1/s", "bytes/s")
        }


def _lasting(components: Any) -> list[dict[str, Any]]:
    """What of the components is news; the rest is another each second, and among the metrics."""
    return [{key: value for key, value in one.items() if key in NEWS} for one in components]
