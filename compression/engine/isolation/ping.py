"""Whether a codec host does its work: it is asked for a child that has nothing to do."""

import os
import socket
from collections.abc import Mapping

from compression.engine.isolation import protocol

HOSTS: Mapping[str, str] = {"codecs": "CODEC_HOST", "engine": "ENGINE_HOST"}
"""Names of the hosts that a supervisor starts, and of the variables with their addresses."""


def ping(address: str, timeout_s: float) -> None:
    """Have the host fork a child, see it end and say so; OSError where it does not, TimeoutError in time."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.settimeout(timeout_s)
        connection.connect(address)
        connection.shutdown(socket.SHUT_WR)
        message, _ = protocol.receive(connection)
        if message is None:
            raise ConnectionResetError("The host hung up")


def address_of(host: str) -> str | None:
    """Return where the host of that name listens; None where each process starts its own when it needs one."""
    return os.environ.get(HOSTS[host])
