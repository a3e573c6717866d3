"""How much memory the children of a codec host take, seen from outside while they run."""

import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

STEP_S = 0.002


class MemoryOfChildren:
    """Watches them for the length of a block; `most` is what any held beyond what its host holds, in bytes.

    The kernel keeps the highest mark of each, so only what a child takes in its last moment can be missed.
    """

    def __init__(self, host: int) -> None:
        self._host = host
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = 0
        self.seen = 0

    def __enter__(self) -> Self:
        self._base = _figure(self._host, "VmRSS")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        children = Path(f"/proc/{self._host}/task/{self._host}/children")
        while not self._ended.wait(STEP_S):
            for child in children.read_text().split():
                with suppress(OSError, StopIteration):  # it has just ended
                    self.most = max(self.most, _figure(int(child), "VmHWM") - self._base)
                    self.seen += 1


def _figure(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) * 1024
