"""How the parts of the platform are, for the samples: the checks of `metrics.components`, every other second."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection

from core.health import Status
from metrics.components.changes import changes
from metrics.components.looking import Outcome, described
from metrics.components.parts import parts
from metrics.sampling.lanes import Lane

# Those that ask the same server share a lane, and one connection to it.
TOGETHER = (("database", "clock", "sampler"), ("redis", "workers", "queues"), ("codecs", "engine"))
BEAT = 2
# Then a part that has not answered is down.
PATIENCE_S = 3.0
UP = {Status.OK: 1.0, Status.DEGRADED: 0.5, Status.DOWN: 0.0}


class Watch:
    """Begins the checks at one second, and has what they found at the next: none of them holds up a sample.

    `components` has how the parts are in the seconds in which that was found, and is None in those between.
    """

    every_s = 1.0

    def __init__(self) -> None:
        alone = parts.items()
        together = [names for names in TOGETHER if all(name in parts for name in names)]
        shared = {name for names in together for name in names}
        groups = [*together, *((name,) for name, _ in alone if name not in shared)]
        self._lanes = {names: Lane("+".join(names), _looking(names)) for names in groups}
        self._asked: dict[Sequence[str], float] = dict.fromkeys(groups, 0.0)
        self._outcomes: dict[str, Outcome] = {}
        self._beat = -1
        self._values: Mapping[str, float] = {}
        self.components: Sequence[Mapping[str, Any]] | None = None

    def read(self) -> Mapping[str, float]:
        """Return whether each part is well, and how long it took to answer."""
        self._beat = (self._beat + 1) % BEAT
        self.components = None
        if self._beat == 0:
            for names, lane in self._lanes.items():
                if lane.ask():
                    self._asked[names] = time.monotonic()
            return self._values
        for names, lane in self._lanes.items():
            self._collect(names, lane)
        found = described(self._outcomes.values())
        changes.write()
        self.components = [one.body() for one in found]
        self._values = _values(self.components)
        return self._values

    def _collect(self, names: Sequence[str], lane: "Lane[list[Outcome]]") -> None:
        now = time.monotonic()
        answer = lane.answer(now)
        waited = now - self._asked[names]
        if answer is not None:
            self._outcomes |= {outcome[0]: outcome for outcome in answer}
        elif waited > PATIENCE_S:
            self._outcomes |= {name: (name, TimeoutError(), waited) for name in names}


def _values(components: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    values: dict[str, float] = {}
    for component in components:
        values[f"component.up.{component['name']}"] = UP[component["status"]]
        if component["latency_ms"] is not None:
            values[f"component.latency_ms.{component['name']}"] = component["latency_ms"]
    return values


def _looking(names: Sequence[str]) -> Callable[[], list[Outcome]]:
    return lambda: [_look(name) for name in names]


def _look(name: str) -> Outcome:
    began = time.perf_counter()
    try:
        return name, parts.get(name).check(), time.perf_counter() - began
    except Exception as error:
        connection.close()  # it may be what broke; else it is kept, for it is asked every other second
        return name, error, time.perf_counter() - began
