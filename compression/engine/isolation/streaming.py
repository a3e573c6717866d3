"""A call from an event loop: content in by one pipe, out by another, and no thread that waits for either."""

import asyncio
import os
from collections.abc import Callable

from compression.engine.codecs import Codec
from compression.engine.isolation.calls import begin
from compression.engine.isolation.client import coding_options
from compression.engine.isolation.pipes import pipe
from compression.engine.isolation.protocol import DecodeReport, EncodeReport, Operation, Request
from compression.engine.limits import KiB, Limits

READ_BYTES = 256 * KiB


class StreamCall:
    """A codec at work in a child process, fed and drained by coroutines of one event loop.

    To make one blocks for some milliseconds. `close()` ends the child, wherever it is.
    """

    def __init__(self, operation: Operation, codec: Codec, limits: Limits, *, verify: bool = True) -> None:
        self._operation = operation
        request = Request(operation, limits, coding_options(codec, verify=verify))
        source, self._input = pipe()
        self._output, target = pipe()
        try:
            self._call = begin(request, (source, target))
        except BaseException:
            os.close(self._input)
            os.close(self._output)
            raise
        finally:
            os.close(source)
            os.close(target)
        for fd in (self._input, self._output):
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
        while not self._call.ended:
            await _readable(self._call.fileno())
            self._call.hear()
        report = self._call.report()
        return EncodeReport(**report) if self._operation == "encode" else DecodeReport(**report)

    def close(self) -> None:
        """Hang up: a child that still works is killed by the host."""
        self.end_input()
        if self._output >= 0:
            os.close(self._output)
            self._output = -1
        self._call.abandon()


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
