"""What a client and the codec host say to each other.

A connection is one call. It is a SOCK_SEQPACKET unix socket: each message is one packet of JSON. The client sends a
request with file descriptors (source, and target where there is output); the child answers that it has begun, tells of
progress, and ends with a report or an error; the host, once the child is gone, says how it ended and closes. The
client closes first to stop the call; of an optimisation it may ask to come to an end with what it has.
"""

import json
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, Self

from compression.engine.limits import ArchiveLimits, Limits

MAX_MESSAGE = 200 << 10
"""Bytes of one message. The largest is a request with a dictionary, and socket buffers hold a little more."""

MAX_FDS = 3

KEEP = {"event": "keep"}
"""What a client says so that an optimisation comes to an end with the best so far."""

Operation = Literal[
    "encode",
    "encode_many",
    "decode",
    "unpack",
    "inspect",
    "optimise",
    "weigh",
    "describe",
    "analyse",
    "blocks",
    "measure",
    "recommend",
]
OF_ENGINE = frozenset({"optimise", "weigh", "describe", "analyse", "blocks", "measure", "recommend"})
"""Operations on pipelines: their children have all of the engine loaded."""


@dataclass(frozen=True)
class Request:
    """What is to be done; `options` are the operation's own. The descriptors travel beside it."""

    operation: Operation
    limits: Limits
    options: Mapping[str, Any]

    @property
    def archive_limits(self) -> ArchiveLimits:
        """The limits, with those of archives."""
        return ArchiveLimits.from_config(self.limits.config())

    def message(self) -> dict[str, Any]:
        """The request as JSON data."""
        return {
            "operation": self.operation,
            "limits": self.limits.config(),
            "options": dict(self.options),
        }

    @classmethod
    def parse(cls, message: dict[str, Any]) -> Self:
        """The inverse of `message()`."""
        operation: Operation = message["operation"]
        return cls(operation, ArchiveLimits.from_config(message["limits"]), message["options"])


@dataclass(frozen=True)
class EncodeReport:
    """What became of an encode call. Sizes are in bytes, times in seconds.

    Wall times leave out waiting of the two threads for each other. CPU time of encoding counts all threads but the
    verifying one. `peak_memory_bytes` is the growth of the child's resident memory over its start. `threads` is how
    many encoded `frames` at the same time; they verify as well, and the wall time is shared out by CPU time. Hashes
    are empty where none were asked for.
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
    threads: int = 1
    frames: int = 1


@dataclass(frozen=True)
class DecodeReport:
    """What became of a decode call; see EncodeReport. The output is the original content: its hash is both.

    `checksummed` says whether a damaged byte would have shown: the stream has checksums all along.
    """

    original_size: int
    compressed_size: int
    raw_sha256: str
    output_sha256: str
    decode_wall_seconds: float
    decode_cpu_seconds: float
    peak_memory_bytes: int
    checksummed: bool = False


@dataclass(frozen=True)
class UnpackReport:
    """What became of an unpack call. `formats` are the layers and the archive itself, outermost first.

    `files` were given out whole, `refused` were not given out, `failed` turned out to be damaged. `packed_size` is what
    was read, `content_size` what was given out. `checksummed` says whether a damaged byte would have shown.
    """

    formats: tuple[str, ...]
    members: int
    files: int
    refused: int
    failed: int
    content_size: int
    packed_size: int
    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    checksummed: bool = False


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


def heard(connection: socket.socket) -> dict[str, Any] | None:
    """A message that is there already; None where there is none."""
    with suppress(BlockingIOError):
        if data := connection.recv(MAX_MESSAGE, socket.MSG_DONTWAIT):
            message: dict[str, Any] = json.loads(data)
            return message
    return None
