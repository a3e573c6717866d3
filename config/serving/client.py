"""The client of one request, as far as answers go."""

from collections.abc import Awaitable, Callable
from typing import Any

from config.serving.environ import Scope, header
from config.serving.handler import Headers, Reply, bodyless
from config.serving.inbound import Inbound
from core.handoff import ClientGone

Send = Callable[[dict[str, Any]], Awaitable[None]]

# Where the server puts a function that says whether the connection is closed or about to be.
CLOSING = "dynacomp.closing"


class Client:
    """Sends an answer piece by piece; raises ClientGone when there is nobody to send it to."""

    def __init__(self, scope: Scope, send: Send, inbound: Inbound) -> None:
        self._scope, self._send, self._inbound = scope, send, inbound
        self._is_closing: Callable[[], bool] = scope.get("extensions", {}).get(CLOSING, lambda: False)
        self.silent = scope["method"] == "HEAD"
        self.started = self.ended = False

    async def start(self, status: int, headers: Headers) -> None:
        """Send status line and headers."""
        self._check()
        if self.started:
            raise RuntimeError("the answer has begun already")
        self.started = True
        self.silent = self.silent or bodyless(status)
        if header(self._scope, b"expect") and not self._inbound.requested:
            # The client may or may not send the body that nobody asked for: nothing can follow it.
            headers = [*headers, (b"connection", b"close")]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def body(self, chunk: bytes) -> None:
        """Send a piece of the body, once the server's buffer has drained."""
        self._check()
        if chunk and not self.silent:
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        self._check()

    async def end(self) -> None:
        """Say that the answer is complete; nothing to do where that has been said."""
        if self.ended:
            return
        self.ended = True
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def reply(self, reply: Reply) -> None:
        """Send a whole answer."""
        await self.start(reply.status, reply.headers)
        self.ended = True
        body = b"" if self.silent else reply.body
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    def _check(self) -> None:
        if self._is_closing():
            raise ClientGone("the client left while its answer was being written")
