"""Pipes between a client and a child."""

import fcntl
import os
from contextlib import suppress

from compression.engine.limits import MiB

PIPE_BYTES = 1 * MiB
"""What a user without privileges may ask for; fewer, larger reads and writes."""


def pipe() -> tuple[int, int]:
    """The two ends of a pipe, reading and writing, with room for PIPE_BYTES where the system allows it."""
    reading, writing = os.pipe()
    with suppress(OSError):
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return reading, writing
