"""Jobs: how many wait and run, how many end, and which ones run just now."""

import time
from collections.abc import Mapping
from typing import Any

from metrics.probes.base import whole_seconds
from metrics.probes.growth import Growth
from metrics.probes.sql import Connect, rows

SHOWN = 10

OPEN = "SELECT status, count(*) FROM jobs WHERE status IN ('queued', 'running', 'paused') GROUP BY status"
ENDED = """
SELECT status, ended_at >= %(next)s, count(*) FROM jobs
WHERE ended_at >= %(since)s AND status IN ('succeeded', 'failed', 'cancelled') GROUP BY 1, 2
"""
RUNNING = """
SELECT id, kind, params->>'algorithm', progress_message FROM jobs
WHERE status = 'running' ORDER BY started_at DESC LIMIT %(shown)s
"""
STEP_LENGTH = 100


class Jobs:
    """Figures from the rows of jobs; `context` has those that run, the last started first.

    Of a job it says nothing that belongs to people, its title or whose it is: contexts outlive jobs and accounts.
    """

    every_s = 1.0

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._ended = Growth(connect, ENDED, keys=1)
        self._at = 0.0
        self.context: Mapping[str, Any] = {}

    def read(self) -> Mapping[str, float]:
        """Return numbers by state, and ends a second."""
        first = not self._at
        grown = self._ended.look()
        seconds, self._at = whole_seconds(time.monotonic() - self._at), time.monotonic()
        by_state: dict[str, float] = {str(status): count for status, count in rows(self._connect, OPEN)}
        found = {f"jobs.{state}": by_state.get(state, 0) for state in ("queued", "running", "paused")}
        if not first:
            for state in ("succeeded", "failed"):
                found[f"jobs.{state}_s"] = grown.get((state,), (0.0,))[0] / seconds
        self.context = {"jobs": self._running()} if found["jobs.running"] else {}
        return found

    def _running(self) -> list[dict[str, Any]]:
        return [
            {
                "id": str(pk),
                "kind": kind,
                "algorithm": algorithm or "",
                "step": step[:STEP_LENGTH],
            }
            for pk, kind, algorithm, step in rows(self._connect, RUNNING, {"shown": SHOWN})
        ]
