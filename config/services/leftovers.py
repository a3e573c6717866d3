"""Servers that outlived the supervisor that started them."""

import signal
from collections.abc import Sequence
from pathlib import Path

import psutil


def find_leftovers(program: str, folder: Path) -> list[psutil.Process]:
    """Return the processes of that program that work in that folder, which is how ours are known."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == program and Path(process.cwd()) == folder:
                found.append(process)
        except psutil.Error:
            continue  # it ended just now, or is another user's
    return found


def end_leftovers(
    program: str, folder: Path, *, leader: int | None = None, steps: Sequence[tuple[signal.Signals, float]]
) -> None:
    """End the processes of that program in that folder: one signal after another, and seconds to wait.

    Where a `leader` is named, the first signal goes to that process alone.
    """
    left = find_leftovers(program, folder)
    for position, (number, patience_s) in enumerate(steps):
        for process in left:
            if position > 0 or leader is None or process.pid == leader:
                _send(process, number)
        _, left = psutil.wait_procs(left, timeout=patience_s)


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        return  # it has ended in between
