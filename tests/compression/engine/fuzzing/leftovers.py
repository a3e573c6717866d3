"""What must not remain of any input: processes and open descriptors."""

import os
import time

import psutil

from compression.engine.isolation import encode_bytes

PATIENCE_S = 5.0
"""What a finished call held is gone at once; this is for a machine that is busy."""


class Leftovers:
    """Remembers what a codec host and its caller hold; `found` says what has become more since."""

    def __init__(self, host: int) -> None:
        self._host = psutil.Process(host)
        encode_bytes({"id": "store"}, b"")  # a host that still begins has fewer open
        while self._host.children():
            time.sleep(0.01)
        self._before = self._held()

    def found(self) -> list[str]:
        """Sentences, none where all is as it was."""
        end = time.monotonic() + PATIENCE_S
        while (wrong := self._more()) and time.monotonic() < end:
            time.sleep(0.01)
        return wrong

    def _more(self) -> list[str]:
        kinds = ("children", "descriptors of the caller", "descriptors of the host")
        numbers = zip(kinds, self._before, self._held(), strict=True)
        return [f"left {now - before} {kind} behind" for kind, before, now in numbers if now > before]

    def _held(self) -> tuple[int, int, int]:
        return len(self._host.children()), len(os.listdir("/proc/self/fd")), self._host.num_fds()
