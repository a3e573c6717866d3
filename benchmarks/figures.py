"""Latencies summed up, memory watched, tables printed."""

import statistics
import threading
from typing import Any, Self

import psutil


def figures(latencies: list[float]) -> dict[str, float]:
    """Return median, 95th and 99th percentile of seconds in milliseconds."""
    cuts = statistics.quantiles(latencies, n=100)
    return {f"p{percent}_ms": round(cuts[percent - 1] * 1000, 1) for percent in (50, 95, 99)}


def table(rows: list[dict[str, Any]]) -> str:
    """Return rows as a Markdown table."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names)]
    lines += [
        [f"{value:.4g}" if isinstance(value, float) else str(value) for value in row.values()] for row in rows
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


class Watch:
    """Watches the memory of processes for the length of a block; `most` is what any of them grew by, in bytes."""

    def __init__(self, pids: list[int]) -> None:
        self._processes = [psutil.Process(pid) for pid in pids]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = 0

    def __enter__(self) -> Self:
        self._before = [_resident(process) for process in self._processes]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            for process, before in zip(self._processes, self._before, strict=True):
                self.most = max(self.most, _resident(process) - before)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
