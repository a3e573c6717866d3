"""Encoding and decoding of untrusted bytes, each call in a confined child process of the codec host."""

import io
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from compression.engine.codecs import Codec, codec_from
from compression.engine.errors import (
    CodecCrashed,
    EngineError,
    HostUnavailable,
    LimitExceeded,
    Stopped,
    error_from,
)
from compression.engine.isolation import protocol
from compression.engine.isolation.private import PrivateHost
from compression.engine.isolation.protocol import DecodeReport, EncodeReport, Request
from compression.engine.limits import Limits

OnProgress = Callable[[int, int | None], None]
ShouldStop = Callable[[], bool]
Config = Codec | Mapping[str, Any]
T = TypeVar("T")

POLL_SECONDS = 0.1
ENDING_SECONDS = 5.0
CONNECT_SECONDS = 5.0
RETRY_SECONDS = 0.05

private_host = PrivateHost()


def encode(
    codec: Config,
    source_fd: int,
    target_fd: int,
    limits: Limits | None = None,
    *,
    raw_sha256: str | None = None,
    verify: bool = True,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> EncodeReport:
    """Compress from one descriptor to another, both from where they stand; they may be pipes.

    With `verify` the output is decoded beside and its SHA-256 compared: with `raw_sha256` where the caller knows the
    input's, else with that of what was read. `on_progress(done, total)` is called at most some times a second, with
    bytes of input, and `should_stop()` is asked ten times a second. Raises the errors of `engine.errors`; what the
    target holds is then of no use.
    """
    request = Request("encode", _config(codec), limits or Limits(), raw_sha256, verify)
    return EncodeReport(**_call(request, source_fd, target_fd, on_progress, should_stop))


def decode(
    codec: Config,
    source_fd: int,
    target_fd: int,
    limits: Limits | None = None,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> DecodeReport:
    """Decompress from one descriptor to another within `limits`; see `encode`."""
    request = Request("decode", _config(codec), limits or Limits())
    return DecodeReport(**_call(request, source_fd, target_fd, on_progress, should_stop))


def encode_bytes(codec: Config, data: bytes, limits: Limits | None = None) -> tuple[bytes, EncodeReport]:
    """`encode` for what fits in memory."""
    with _memory_file(data) as source, _memory_file() as target:
        report = encode(codec, source.fileno(), target.fileno(), limits)
        target.seek(0)
        return target.readall(), report


def decode_bytes(codec: Config, data: bytes, limits: Limits | None = None) -> tuple[bytes, DecodeReport]:
    """`decode` for what fits in memory."""
    with _memory_file(data) as source, _memory_file() as target:
        report = decode(codec, source.fileno(), target.fileno(), limits)
        target.seek(0)
        return target.readall(), report


def _memory_file(data: bytes = b"") -> io.FileIO:
    file = io.FileIO(os.memfd_create("engine"), "r+")
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
    file.seek(0)
    return file


def _config(codec: Config) -> dict[str, Any]:
    """The config, refused here where it is wrong."""
    return (codec if isinstance(codec, Codec) else codec_from(codec)).config()


class _NotBegunError(Exception):
    """The request was not read, so it can be sent again. `refused`: there is no host."""

    def __init__(self, *, refused: bool) -> None:
        super().__init__()
        self.refused = refused


def _call(
    request: Request, source: int, target: int, on_progress: OnProgress | None, should_stop: ShouldStop | None
) -> dict[str, Any]:
    """Have the host do it; the report as JSON data."""

    def follow(connection: socket.socket) -> dict[str, Any]:
        with connection:
            return _followed(connection, request.limits, on_progress, should_stop)

    return begin(request, (source, target), follow)


def begin(request: Request, fds: tuple[int, int], follow: Callable[[socket.socket], T]) -> T:
    """What `follow` makes of a connection on which the host has `request`, and which is its own to close.

    Blocks for some milliseconds. A host that is just being started again is waited for; raises HostUnavailable.
    """
    give_up = time.monotonic() + CONNECT_SECONDS
    while True:
        given = os.environ.get("CODEC_HOST")
        address = given or private_host.address()
        try:
            return follow(_connected(address, request, fds))
        except _NotBegunError as error:
            if error.refused and not given:
                private_host.lost(address)
            if time.monotonic() > give_up:
                raise HostUnavailable("The codec host does not answer") from error
            time.sleep(RETRY_SECONDS)


def _connected(address: str | bytes, request: Request, fds: tuple[int, int]) -> socket.socket:
    """A connection with the request on its way."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(address)
        protocol.send(connection, request.message(), fds)
    except (ConnectionRefusedError, FileNotFoundError) as error:
        connection.close()
        raise _NotBegunError(refused=True) from error
    except ConnectionError as error:
        connection.close()
        raise _NotBegunError(refused=False) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _followed(
    connection: socket.socket, limits: Limits, on_progress: OnProgress | None, should_stop: ShouldStop | None
) -> dict[str, Any]:
    """Wait for the end of a call; its report as JSON data."""
    deadline = time.monotonic() + limits.max_wall_seconds
    while True:
        message = _next_message(connection)
        if message is not None and (report := understood(message, on_progress)) is not None:
            return report
        if should_stop is not None and should_stop():
            _hang_up(connection)
            raise Stopped("Stopped on request")
        if time.monotonic() > deadline:
            _hang_up(connection)
            raise LimitExceeded(f"This took longer than {limits.max_wall_seconds} s", kind="time")


def understood(message: dict[str, Any], on_progress: OnProgress | None) -> dict[str, Any] | None:
    """The report, where the message has one; None for progress; raises what went wrong."""
    match message["event"]:
        case "done":
            report: dict[str, Any] = message["report"]
            return report
        case "progress":
            if on_progress is not None:
                on_progress(message["done"], message["total"])
            return None
        case "error":
            raise error_from(message["error"])
        case _:
            raise _ending(message["signal"])


def _ending(number: int) -> EngineError:
    """Why a child died without an answer."""
    if number == signal.SIGXCPU:
        return LimitExceeded("The limit of CPU time was reached", kind="time")
    name = signal.Signals(number).name if number else "no answer"
    return CodecCrashed(f"The codec crashed ({name}); nothing else was affected", signal=number)


def _next_message(connection: socket.socket) -> dict[str, Any] | None:
    """What comes next; None where nothing comes for a while."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    if not poll.poll(POLL_SECONDS * 1000):
        return None
    try:
        message, _ = protocol.receive(connection)
    except ConnectionResetError as error:
        raise _NotBegunError(refused=False) from error
    if message is None:
        raise HostUnavailable("The codec host was lost during the call")
    return message


def _hang_up(connection: socket.socket) -> None:
    """End the child, and wait until it is gone: it may still write until then."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(ENDING_SECONDS)
    with suppress(OSError):
        while protocol.receive(connection)[0] is not None:
            pass
