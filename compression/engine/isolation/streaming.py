"""A call from an event loop: content in by one pipe, out by another, and no thread that waits for either."""

import asyncio
import fcntl
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from compression.engine.codecs import Codec
from compression.engine.errors import HostUnavailable
from compression.engine.isolation import client, protocol
from compression.engine.isolation.protocol import DecodeReport, EncodeReport, Operation, Request
from compression.engine.limits import KiB, Limits

PIPE_BYTES = 512 * KiB
"""How much each pipe holds where the kernel allows it: what the call and its caller may be apart."""
READ_BYTES = 256 * KiB


class StreamCall:
    """A codec at work in a child process, fed and drained by coroutines of one event loop.

    To make one blocks for some milliseconds. `close()` ends the child, wherever it is.
    """

    def __init__(self, operation: Operation, codec: Codec, limits: Limits, *, verify: bool = True) -> None:
        self._operation = operation
        request = Request(operation, codec.config(), limits, verify=verify)
        source, self._input = _pipe()
        self._output, target = _pipe()
        try:
            self._connection = client.begin(request, (source, target), _own)
        except BaseException:
            os.close(self._input)
            os.close(self._output)
            raise
        finally:
            os.close(source)
            os.close(target)
        for fd in (self._input, self._output, self._connection.fileno()):
            os.set_blocking(fd, False)

    async def write(self, data: bytes) -> None:
        """Give the codec all of `data`, as fast as it takes them. BrokenPipeError: it wants no more, see `report`."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._input, rest) :]
            except BlockingIOError:
                loop = asyncio.get_running_loop()
                await _ready(self._input, loop.add_writer, loop.remove_writer)

    def end_input(self) -> None:
        """Say that all has been given."""
        if self._input >= 0:
            os.close(self._input)
            self._input = -1

    async def read(self) -> bytes:
        """The next piece of the output; b"" at its end, sound or not: `report` tells."""
        while True:
            try:
                return os.read(self._output, READ_BYTES)
            except BlockingIOError:
                await _readable(self._output)

    async def report(self) -> EncodeReport | DecodeReport:
        """What became of it; raises the errors of the engine. Call it once."""
        while True:
            message = await self._message()
            if (report := client.understood(message, None)) is not None:
                return EncodeReport(**report) if self._operation == "encode" else DecodeReport(**report)

    async def _message(self) -> dict[str, Any]:
        while True:
            try:
                message, _ = protocol.receive(self._connection)
            except BlockingIOError:
                await _readable(self._connection.fileno())
            except ConnectionResetError as error:
                raise HostUnavailable("The codec host was lost before the call began") from error
            else:
                if message is None:
                    raise HostUnavailable("The codec host was lost during the call")
                return message

    def close(self) -> None:
        """Hang up: a child that still works is killed by the host."""
        self.end_input()
        if self._output >= 0:
            os.close(self._output)
            self._output = -1
        self._connection.close()


def _own(connection: socket.socket) -> socket.socket:
    return connection


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    with suppress(OSError):  # beyond the share of its user a pipe stays small, which only costs time
        fcntl.fcntl(ends[0], fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return ends


async def _readable(fd: int) -> None:
    loop = asyncio.get_running_loop()
    await _ready(fd, loop.add_reader, loop.remove_reader)


async def _ready(
    fd: int, watch: Callable[[int, Callable[[], None]], object], unwatch: Callable[[int], object]
) -> None:
    """Wait until the descriptor can be read or written."""
    ready = asyncio.get_running_loop().create_future()

    def note() -> None:
        if not ready.done():
            ready.set_result(None)

    watch(fd, note)
    try:
        await ready
    finally:
        unwatch(fd)
