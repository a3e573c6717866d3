"""The event loop's side of a handoff."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from django.db import close_old_connections
from django.http import HttpResponse

from config.serving.client import Client
from config.serving.handler import Reply, headers_of, whole_reply
from config.serving.inbound import BodyPipe
from config.serving.intake import Intake
from config.serving.rules import DISK, SHORT
from core import context
from core.handoff import ClientGone, Handoff
from core.handoff.base import closers, rendered
from core.handoff.files import CHUNK_BYTES

if TYPE_CHECKING:
    from config.serving.bridge import Bridge

T = TypeVar("T")

LOOK_SECONDS = 0.5


class LoopExchange:
    """An `Exchange` over one HTTP request of the bridge."""

    def __init__(self, bridge: "Bridge", client: Client, intake: Intake, handoff: Handoff) -> None:
        self._bridge, self._client, self._intake, self._handoff = bridge, client, intake, handoff
        self._inbound = intake.inbound
        self._gone: asyncio.Task[None] | None = None

    @property
    def started(self) -> bool:
        return self._client.started

    @property
    def stopping(self) -> bool:
        return self._bridge.stopping.is_set()

    async def body(self) -> AsyncIterator[bytes]:
        if not isinstance(self._intake.file, BodyPipe):
            while chunk := await self.io(partial(self._intake.file.read, CHUNK_BYTES)):
                yield chunk
        while chunk := await self._inbound.chunk():
            yield chunk

    async def send_start(self, status: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        for name, value in (headers or {}).items():
            self._handoff[name] = value
        self._handoff.status_code = status or self._handoff.status_code
        await self._client.start(self._handoff.status_code, headers_of(self._handoff))

    async def send_body(self, chunk: bytes) -> None:
        await self._client.body(chunk)

    async def send_response(self, response: HttpResponse) -> None:
        await self._client.reply(await self.run(partial(self._whole, response)))

    def _whole(self, response: HttpResponse) -> Reply:
        # Its files are closed with those of the handoff, so that the end of the request is signalled once.
        closers(self._handoff).extend(closers(response))
        return whole_reply(self._handoff.decorate(rendered(response)))

    async def run(self, function: Callable[[], T]) -> T:
        return await self._bridge.lanes.run(SHORT, self._with_connections, function)

    def _with_connections(self, function: Callable[[], T]) -> T:
        close_old_connections()
        try:
            with context.use(self._handoff.context):
                return function()
        finally:
            close_old_connections()

    async def io(self, function: Callable[[], T]) -> T:
        return await self._bridge.lanes.run(DISK, function)

    async def wait(self, event: Awaitable[object], seconds: float) -> bool:
        wanted: asyncio.Future[object] = asyncio.ensure_future(event)
        stopping: asyncio.Future[object] = asyncio.ensure_future(self._bridge.stopping.wait())
        gone: asyncio.Future[object] = asyncio.ensure_future(self.disconnected())
        try:
            await asyncio.wait([wanted, stopping, gone], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if wanted.done():
                wanted.result()
                return True
            if gone.done():
                raise ClientGone("the client left while it waited")
            return False
        finally:
            for future in (wanted, stopping, gone):
                future.cancel()

    async def disconnected(self) -> None:
        while not self._inbound.ended:  # the unread body stands between us and the news
            if self._client.has_hung_up():
                return
            await asyncio.sleep(LOOK_SECONDS)
        if self._gone is None:
            self._gone = asyncio.ensure_future(self._inbound.client_left())
        await asyncio.shield(self._gone)

    def close(self) -> None:
        """Stop listening for the client's leaving."""
        if self._gone is not None:
            self._gone.cancel()
