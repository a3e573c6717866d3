"""Codecs that misbehave on purpose, to see what their process may and what it may not.

They are only known to hosts started with `--import tests.compression.engine.hostile_host`.
"""

import ctypes
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from compression.engine.codecs.base import Codec
from compression.engine.codecs.params import Choice, parameter
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.limits import Limits


def report_surroundings() -> bytes:
    """What the process can reach, as JSON."""
    fds = [fd for fd in range(1024) if _is_open(fd)]
    readable = True
    try:
        Path("/etc/passwd").read_bytes()
    except OSError:
        readable = False
    status = dict(line.split(":", 1) for line in _STATUS_AT_START.splitlines())
    return json.dumps(
        {
            "uid": os.getuid(),
            "groups": os.getgroups(),
            "fds": fds,
            "standard": [os.fstat(fd).st_rdev for fd in range(3)],
            "reads_files": readable,
            "no_new_privs": ctypes.CDLL(None).prctl(39, 0, 0, 0, 0),
            "threads_at_start": status["Threads"].strip(),
        }
    ).encode()


_STATUS_AT_START = Path("/proc/self/status").read_text()


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _eat_memory() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(16 << 20))


def _spin() -> None:
    while True:
        pass


def _crash_in_a_thread() -> None:
    threading.Thread(target=ctypes.string_at, args=(0,)).start()
    time.sleep(600)


ACTIONS: dict[str, Callable[[], object]] = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(0),
    "raise": lambda: 1 / 0,
    "memory": _eat_memory,
    "spin": _spin,
    "sleep": lambda: time.sleep(600),
    "thread crash": _crash_in_a_thread,
}


@dataclass(frozen=True)
class Hostile(Codec):
    """Reads everything, then does what `action` says; `look` tells what it sees.

    `wrong` decodes to other bytes, and the decoder of `bad decoder` crashes.
    """

    id: ClassVar[str] = "hostile"
    family: ClassVar[str] = "store"
    title: ClassVar[str] = "Hostile"
    description: ClassVar[str] = "Misbehaves."
    extension: ClassVar[str] = ".hostile"
    media_type: ClassVar[str] = "application/octet-stream"
    colour: ClassVar[str] = "c6"
    speeds: ClassVar[dict[int, float]] = {0: 1}

    action: str = parameter(
        Choice("Action", (*ACTIONS, "wrong", "bad decoder", "look", "slow", "none")), default="none"
    )

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        for chunk in chunks:
            yield chunk
            time.sleep(0.03 if self.action == "slow" else 0)
        if self.action == "look":
            yield report_surroundings()
        elif self.action in ACTIONS:
            ACTIONS[self.action]()

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        while piece := reader.some():
            if self.action == "bad decoder":
                ACTIONS["segfault"]()
            yield bytes(len(piece)) if self.action == "wrong" else piece

    def memory_estimate(self, size: int | None = None) -> int:
        return 0

    def frame_bytes(self) -> int:
        return 256 << 10
