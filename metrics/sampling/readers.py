"""Probes at their own pace, of which none can end the loop."""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metrics.probes.base import Probe

log = logging.getLogger(__name__)


Components = Sequence[Mapping[str, Any]] | None


@dataclass
class Reading:
    """What was read at one moment: values, what explains them, and how the parts of the platform are."""

    values: dict[str, float] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, float]] | None = None
    components: Components = None

    def add(self, other: "Reading") -> None:
        """Take in what others read at the same moment."""
        self.values |= other.values
        self.context |= other.context
        if other.own is not None:
            self.own = {**(self.own or {}), **other.own}
        self.components = other.components or self.components


class Reader:
    """Reads a probe as often as it wants; between its readings the last one holds, as sizes and counts do.

    A probe that fails gives nothing until it reads again. That is said once, and so is that it reads again.
    """

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self._due = 0.0
        self._last = Reading()
        self._problem = ""

    def read(self, now: float) -> Reading:
        """Return what the probe says now (of `time.monotonic`), or said last."""
        if now >= self._due:
            # On the beat of the loop, which is a little early or late: a probe of one second is due each time.
            self._due = now + self.probe.every_s - 0.5
            self._last = self._try()
        return self._last

    def _try(self) -> Reading:
        probe = self.probe
        try:
            reading = Reading(
                dict(probe.read()),
                getattr(probe, "context", {}),
                getattr(probe, "own", None),
                getattr(probe, "components", None),
            )
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
            if problem != self._problem:
                log.warning("%s cannot be read: %s", type(probe).__name__, problem)
            self._problem = problem
            return Reading()
        if self._problem:
            log.info("%s is read again", type(probe).__name__)
            self._problem = ""
        return reading


def read_all(readers: Iterable[Reader]) -> Reading:
    """Read all that are due; those that are not repeat themselves."""
    now = time.monotonic()
    whole = Reading()
    for reader in readers:
        whole.add(reader.read(now))
    return whole
