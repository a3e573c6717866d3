"""The bytes of a stream on their way: client -> codec -> client, each as fast as the slowest lets it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

from compression.engine.isolation.protocol import DecodeReport, EncodeReport
from compression.engine.isolation.streaming import StreamCall
from compression.streaming.hold import Hold
from core.handoff import ClientGone, Exchange
from files.detection import HEAD_BYTES

# The answer begins when this much of it is there, or this long after its first bytes: an error that shows itself so
# soon has a status of its own instead of a broken connection.
HELD_BYTES = 1024 * 1024
HELD_S = 0.1


class Side:
    """What went through one end: how much, and its beginning."""

    def __init__(self) -> None:
        self.size = 0
        self.head = b""

    def note(self, chunk: bytes) -> None:
        """Count a piece."""
        self.size += len(chunk)
        if len(self.head) < HEAD_BYTES:
            self.head += chunk[: HEAD_BYTES - len(self.head)]


class Pump:
    """Runs one call from its first byte to its report. `incoming` and `outgoing` tell how far it got."""

    def __init__(
        self, exchange: Exchange, call: StreamCall, headers: Mapping[str, str], hold: Hold | None = None
    ) -> None:
        self._exchange, self._call, self._headers, self._hold = exchange, call, headers, hold
        self._fed = False
        self.incoming, self.outgoing = Side(), Side()

    async def run(self, body: AsyncIterator[bytes]) -> EncodeReport | DecodeReport:
        """Return when the answer is written and sound. Raises ClientGone and the errors of the engine."""
        reporting = asyncio.ensure_future(self._call.report())
        answering = asyncio.ensure_future(self._answer(reporting))
        feeding = asyncio.ensure_future(self._feed(body))
        leaving = asyncio.ensure_future(self._leave())
        tasks = (answering, feeding, leaving, reporting)
        try:
            waited: set[asyncio.Future[Any]] = {answering, feeding, leaving}
            while not answering.done():
                done, waited = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
                for task in () if answering.done() else done:
                    task.result()
            return await answering
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _feed(self, body: AsyncIterator[bytes]) -> None:
        """Give the body to the codec."""
        with suppress(BrokenPipeError):  # the codec wants no more: its report says why
            async for chunk in body:
                self.incoming.note(chunk)
                await self._call.write(chunk)
            self._call.end_input()
        self._fed = True

    async def _leave(self) -> None:
        """Watch the client: a slow codec shall not work on for nobody."""
        await self._exchange.disconnected()
        raise ClientGone("the client left during a stream")

    async def _answer(
        self, reporting: "asyncio.Future[EncodeReport | DecodeReport]"
    ) -> EncodeReport | DecodeReport:
        """Write what the codec makes; the answer ends well only after a good report."""
        held, whole = await self._held()
        if self._hold is not None:
            await self._hold.keep(held)
            whole = whole or await self._all_came(self._hold)
        headers = dict(self._headers)
        if whole:
            await asyncio.shield(reporting)
            headers["Content-Length"] = str(self._hold.size if self._hold else len(held))
        await self._exchange.send_start(headers=headers)
        if self._hold is None:
            await self._send(held)
        else:
            async for chunk in self._hold.pieces():
                await self._send(chunk)
        while not whole and (chunk := await self._call.read()):
            await self._send(chunk)
        return await asyncio.shield(reporting)

    async def _all_came(self, hold: Hold) -> bool:
        """Hold back what comes out until all of the body has come; say whether it is all of the output, too."""
        while not self._fed:
            chunk = await self._call.read()
            if not chunk:
                return True
            await hold.keep(chunk)
        return False

    async def _held(self) -> tuple[bytes, bool]:
        """The beginning of the output, and whether it is all."""
        held = first = await self._call.read()
        if not first:
            return b"", True
        with suppress(TimeoutError):
            async with asyncio.timeout(HELD_S):
                while len(held) < HELD_BYTES:
                    chunk = await self._call.read()
                    held += chunk
                    if not chunk:
                        return held, True
        return held, False

    async def _send(self, chunk: bytes) -> None:
        if chunk:
            self.outgoing.note(chunk)
            await self._exchange.send_body(chunk)
