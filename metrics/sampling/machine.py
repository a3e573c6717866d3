"""The name of this machine among those that samples are taken on."""

import socket
from functools import cache


@cache
def this_machine() -> str:
    """Return its host name."""
    return socket.gethostname()[:255]
