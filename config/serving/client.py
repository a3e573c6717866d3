"""The client of one request, as far as answers go."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from config.serving.environ import Scope, header
from config.serving.handler import CLIENT_CLOSED_REQUEST, Headers, Reply, bodyless
from config.serving.inbound import Inbound
from core.handoff import ClientGone

Send = Callable[[dict[str, Any]], Awaitable[None]]

# Where the server puts a function that says whether the connection is closed or about to be.
CLOSING = "dynacomp.closing"
# And one that says whether its client sends no more, which can be known before all is read that it has sent.
HUNG_UP = "dynacomp.hung_up"
# And one that closes the connection under an answer that will not be completed.
BREAK_OFF = "dynacomp.break_off"

# Seconds for which a body that nobody wants is still taken before the connection is closed.
LINGER_SECONDS = 30


class Client:
    """Sends an answer piece by piece; raises ClientGone when there is nobody to send it to."""

    def __init__(self, scope: Scope, send: Send, inbound: Inbound) -> None:
        self._scope, self._send, self._inbound = scope, send, inbound
        extensions: dict[str, Callable[[], Any]] = scope.get("extensions", {})
        self._is_closing = extensions.get(CLOSING, lambda: False)
        self.has_hung_up = extensions.get(HUNG_UP, self._is_closing)
        self._break_off = extensions.get(BREAK_OFF, lambda: None)
        self.silent = scope["method"] == "HEAD"
        self.started = self.ended = False
        self.at_end: list[Callable[[int, float], None]] = []
        self._status, self._began_at = CLIENT_CLOSED_REQUEST, 0.0

    async def start(self, status: int, headers: Headers) -> None:
        """Send status line and headers."""
        self.check()
        if self.started:
            raise RuntimeError("the answer has begun already")
        self.started = True
        self._status, self._began_at = status, perf_counter()
        self.silent = self.silent or bodyless(status)
        if self._body_not_asked_for():
            # The client may or may not send the body that nobody asked for: nothing can follow it.
            headers = [*headers, (b"connection", b"close")]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def body(self, chunk: bytes) -> None:
        """Send a piece of the body, once the server's buffer has drained."""
        self.check()
        if chunk and not self.silent:
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        self.check()

    async def end(self) -> None:
        """Say that the answer is complete; nothing to do where that has been said."""
        if self.ended:
            return
        await self._finish(b"")

    def leave(self) -> None:
        """Close the connection unless the answer is complete: nothing else says that it is not whole."""
        if not self.ended:
            self._break_off()

    def tell(self) -> None:
        """Say how it went to whoever wants to know, once all is over."""
        for call in self.at_end:
            call(self._status, self._began_at or perf_counter())

    async def reply(self, reply: Reply) -> None:
        """Send a whole answer."""
        await self.start(reply.status, reply.headers)
        await self._finish(b"" if self.silent else reply.body)

    async def _finish(self, body: bytes) -> None:
        self.ended = True
        if self._closes_on_unread_body():
            await self._send({"type": "http.response.body", "body": body, "more_body": True})
            body = b""
            await self._pass_over_body()
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    def _body_not_asked_for(self) -> bool:
        return not self._inbound.requested and header(self._scope, b"expect") is not None

    def _closes_on_unread_body(self) -> bool:
        """Say whether the server closes after this answer while the client may still be sending."""
        if self._inbound.ended or self._body_not_asked_for():
            return False
        wish = header(self._scope, b"connection") or b""
        return self._scope["http_version"] == "1.0" or b"close" in wish.lower()

    async def _pass_over_body(self) -> None:
        """Take what still comes: the kernel destroys an answer on its way if data meets a closed connection."""
        with contextlib.suppress(ClientGone, TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while await self._inbound.chunk():
                    pass

    def check(self) -> None:
        """Raise ClientGone if the connection is closed."""
        if self._is_closing():
            raise ClientGone("the client left while its answer was being written")
