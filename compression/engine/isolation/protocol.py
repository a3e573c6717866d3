"""What a client and the codec host say to each other.

A connection is one call. It is a SOCK_SEQPACKET unix socket: each message is one packet of JSON. The client sends a
request with two file descriptors (source, target); the child answers with progress and then with a report or an
error; the host, once the child is gone, says how it ended and closes. The client closes first to stop the call.
"""

import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from compression.engine.limits import Limits

MAX_MESSAGE = 200 << 10
"""Bytes of one message. The largest is a request with a dictionary, and socket buffers hold a little more."""

Operation = Literal["encode", "decode"]


@dataclass(frozen=True)
class Request:
    """What is to be done; the descriptors travel beside it."""

    operation: Operation
    codec: Mapping[str, Any]
    limits: Limits
    raw_sha256: str | None = None
    verify: bool = True

    def message(self) -> dict[str, Any]:
        """The request as JSON data."""
        return {
            "operation": self.operation,
            "codec": dict(self.codec),
            "limits": self.limits.config(),
            "raw_sha256": self.raw_sha256,
            "verify": self.verify,
        }

    @classmethod
    def parse(cls, message: dict[str, Any]) -> Self:
        """The inverse of `message()`."""
        return cls(**{**message, "limits": Limits.from_config(message["limits"])})


@dataclass(frozen=True)
class EncodeReport:
    """What became of an encode call. Sizes are in bytes, times in seconds.

    Wall times leave out waiting of the two threads for each other. CPU time of encoding counts all threads but the
    verifying one. `peak_memory_bytes` is the growth of the child's resident memory over its start.
    """

    original_size: int
    compressed_size: int
    raw_sha256: str
    output_sha256: str
    encode_wall_seconds: float
    encode_cpu_seconds: float
    decode_wall_seconds: float
    decode_cpu_seconds: float
    peak_memory_bytes: int
    verified: bool


@dataclass(frozen=True)
class DecodeReport:
    """What became of a decode call; see EncodeReport. The output is the original content: its hash is both."""

    original_size: int
    compressed_size: int
    raw_sha256: str
    output_sha256: str
    decode_wall_seconds: float
    decode_cpu_seconds: float
    peak_memory_bytes: int


def report_message(report: EncodeReport | DecodeReport) -> dict[str, Any]:
    """The last message of a successful child."""
    return {"event": "done", "report": asdict(report)}


def send(
    connection: socket.socket, message: Mapping[str, Any], fds: Sequence[int] = (), flags: int = 0
) -> None:
    """Send one message, with descriptors; raises OSError (BlockingIOError with MSG_DONTWAIT)."""
    data = json.dumps(message, separators=(",", ":")).encode()
    socket.send_fds(connection, [data], list(fds), flags | socket.MSG_NOSIGNAL)


def receive(connection: socket.socket, max_fds: int = 0) -> tuple[dict[str, Any] | None, list[int]]:
    """The next message and its descriptors; None at the end of the connection."""
    data, fds, _, _ = socket.recv_fds(connection, MAX_MESSAGE, max_fds)
    return (json.loads(data) if data else None), fds
