"""The ASGI application for HTTP: Django on threads, whatever is slow on the event loop."""

import asyncio
import logging
from functools import partial
from typing import Any

from django.http import FileResponse, StreamingHttpResponse

from config.serving.client import Client, Send
from config.serving.environ import Scope, environ_of
from config.serving.exchange import LoopExchange
from config.serving.handler import Handler, Reply, Unfinished, failure_reply, headers_of
from config.serving.inbound import Inbound, Receive
from config.serving.intake import Intake, take_in
from config.serving.lanes import Lanes
from config.serving.outbound import Outbound
from config.serving.rules import DISK, SHORT, TRANSFER, Rules, rules
from core import context
from core.errors import AppError
from core.handoff import AT_END, ClientGone, Handoff
from core.handoff.files import CHUNK_BYTES

logger = logging.getLogger(__name__)

STOPPED = Reply(503, [(b"content-length", b"0"), (b"retry-after", b"2")])


class Bridge:
    """Serves HTTP requests: body, thread, answer; see `config.serving.rules` for what runs where."""

    def __init__(self, handler: Handler | None = None, rules_: Rules | None = None) -> None:
        self.rules = rules_ or rules()
        self.lanes = Lanes(self.rules.lanes)
        self.stopping = asyncio.Event()
        self._handler = handler or Handler()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        inbound = Inbound(receive)
        client = Client(scope, send, inbound)
        try:
            await self._answer(scope, inbound, client)
        finally:
            client.tell()

    async def _answer(self, scope: Scope, inbound: Inbound, client: Client) -> None:
        try:
            await self._serve(scope, inbound, client)
        except ClientGone:
            logger.debug("client left: %s %s", scope["method"], scope["path"])
        except (
            asyncio.CancelledError
        ):  # the time that the server gives to running requests when it stops is over
            if not client.started:
                await client.reply(STOPPED)
        client.leave()

    async def _serve(self, scope: Scope, inbound: Inbound, client: Client) -> None:
        intake = await take_in(scope, inbound, self.lanes, self.rules)
        try:
            environ = environ_of(scope, intake.file, intake.length) | {AT_END: client.at_end}
            answer = await self.lanes.run(intake.lane, self._reply, environ, client)
            await intake.stop()
            if isinstance(answer, Reply):
                await client.reply(answer)
            else:
                await self._go_on(answer, intake, client)
        finally:
            await intake.stop()
            intake.close()

    def _reply(self, environ: dict[str, Any], client: Client) -> Reply | Unfinished:
        client.check()  # nobody needs what a client asked for that left while it waited for a thread
        return self._handler.reply(environ)

    async def _go_on(self, answer: Unfinished, intake: Intake, client: Client) -> None:
        """Write a streamed answer, whichever way its kind allows."""
        try:
            match answer.response:
                case Handoff(rewritten=False) as handoff:
                    await self._hand_off(handoff, intake, client)
                case FileResponse(file_to_stream=file) as response if file is not None:
                    await self._send_file(response, client)
                case response:
                    await self._send_generated(response, client)
            await client.end()
        except ClientGone:
            raise
        except Exception as error:
            if client.started:  # nothing but breaking the connection can say now that the answer is not whole
                defect = not isinstance(error, AppError)
                logger.log(
                    logging.ERROR if defect else logging.WARNING,
                    "answer broken off: %s: %s",
                    answer.request.path,
                    error,
                    exc_info=defect,
                )
            else:
                await client.reply(await self.lanes.run(SHORT, failure_reply, answer.request, error))

    async def _hand_off(self, handoff: Handoff, intake: Intake, client: Client) -> None:
        exchange = LoopExchange(self, client, intake, handoff)
        try:
            with context.use(handoff.context):
                await handoff.answer(exchange)
            if not client.started:
                raise RuntimeError(f"{type(handoff).__name__}.stream sent no answer")
        finally:
            exchange.close()
            await self.lanes.run(SHORT, handoff.close)

    async def _send_file(self, response: FileResponse, client: Client) -> None:
        read = partial(response.file_to_stream.read, CHUNK_BYTES)  # type: ignore[union-attr]
        try:
            await client.start(response.status_code, headers_of(response))
            while not client.silent and (chunk := await self.lanes.run(DISK, read)):
                await client.body(chunk)
        finally:
            await self.lanes.run(SHORT, response.close)

    async def _send_generated(self, response: StreamingHttpResponse, client: Client) -> None:
        """Send what one thread produces, from its first piece to `close`: a query belongs to its thread."""
        pieces = Outbound(asyncio.get_running_loop(), self.rules.pipe_bytes)
        producing = asyncio.ensure_future(self.lanes.run(TRANSFER, _produce, response, pieces))
        try:
            async for chunk in pieces:
                if not client.started:
                    await client.start(response.status_code, headers_of(response))
                await client.body(chunk)
        finally:
            pieces.close()
            await producing
        if not client.started:
            await client.start(response.status_code, headers_of(response))


def _produce(response: StreamingHttpResponse, pieces: Outbound) -> None:
    try:
        for chunk in response:
            pieces.put(chunk)
    except ClientGone:
        pass
    finally:
        response.close()
        pieces.end()
