"""One sampler for a data folder: the lock is gone with the process that holds it, however it ends."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_EVERY_S = 1.0


@contextmanager
def only_one(path: Path, stop: threading.Event) -> Iterator[bool]:
    """Hold the lock in the file as soon as nobody else does; gives False where `stop` came first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        while not (held := _take(handle)) and not stop.wait(LOOK_EVERY_S):
            pass
        yield held
    finally:
        os.close(handle)


def _take(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
