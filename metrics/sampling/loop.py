"""The loop of the sampler: once a second, on the second, all that the probes say is one sample."""

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from metrics.probes.base import Rates
from metrics.sampling.lanes import Lane
from metrics.sampling.machine import this_machine
from metrics.sampling.readers import Components, Reader, Reading, read_all
from metrics.types import Sample

log = logging.getLogger(__name__)

# What servers have not answered by then is not in this sample but in the next.
PATIENCE_S = 0.4


class Sampler:
    """Takes samples until told to stop, and hands each to `keep` and `publish`, which must not hang.

    `near` are probes that read the kernel; each list of `far` ones, which ask a server, has a lane of its own.
    """

    def __init__(
        self,
        *,
        near: Sequence[Reader],
        far: Mapping[str, Sequence[Reader]],
        keep: Callable[[Sample], None],
        publish: Callable[[Sample, Components], Any],
    ) -> None:
        self._near = near
        self._lanes = [Lane(name, _reading(readers)) for name, readers in far.items()]
        self._keep = keep
        self._publish = publish
        self._cost = Rates()

    def run(self, stop: threading.Event) -> None:
        """Sample on each full second; seconds that the machine slept through are left out."""
        due = math.floor(time.time()) + 1
        while not stop.wait(max(0.0, due - time.time())):
            if time.time() < due - 1:  # the clock was set back
                due = math.floor(time.time()) + 1
                continue
            self.tick(due)
            due = max(due, math.floor(time.time())) + 1
        for lane in self._lanes:
            lane.close(0.5)

    def tick(self, due: float) -> None:
        """Take the sample of the second `due` (of `time.time`)."""
        late_ms = max(0.0, time.time() - due) * 1000
        until = time.monotonic() + PATIENCE_S
        patience = {
            lane: until if lane.ask() else 0.0 for lane in self._lanes
        }  # who hangs is not waited for again
        reading = read_all(self._near)
        for lane, deadline in patience.items():
            reading.add(lane.answer(deadline) or Reading())
        reading.values["sampler.late_ms"] = late_ms
        for cores in self._cost.of({"cpu": time.process_time()}).values():
            reading.values["sampler.cpu_percent"] = cores * 100
        sample = Sample(
            this_machine(),
            datetime.fromtimestamp(due, UTC),
            {name: value for name, value in reading.values.items() if math.isfinite(value)},
            reading.context or None,
            reading.own,
        )
        self._keep(sample)
        self._publish(sample, reading.components)


def _reading(readers: Sequence[Reader]) -> Callable[[], Reading]:
    return lambda: read_all(readers)
