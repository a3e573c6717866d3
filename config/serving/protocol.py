"""uvicorn's HTTP/1.1 protocol with the limits that it lacks: the size of a request's head, and silence."""

import fcntl
import json
import select
import struct
import termios
import weakref
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from config.serving.client import BREAK_OFF, CLOSING, HUNG_UP
from core.api.problems import CONTENT_TYPE, document
from core.errors import AppError

URL_BYTES: Final = 16 * 1024
HEAD_BYTES: Final = 64 * 1024
# What Python and Django read in a time that grows with the square of the length, on every request and before they know
# who asks. Of several headers of one name it is the sum that counts.
HEADER_BYTES: Final = {b"cookie": 4 * 1024, b"content-type": 512, b"accept": 2 * 1024}
# Of the head of a WebSocket; beyond 8 KiB and 128 lines its protocol gives up without a word and keeps the connection.
SOCKET_LINE_BYTES: Final = 4 * 1024
SOCKET_LINES: Final = 100
# Seconds: to send the head of a request; for the next piece of a body; for an answer to be taken any further.
HEAD_SECONDS: Final = 20
BODY_SECONDS: Final = 60
ANSWER_SECONDS: Final = 120


class HeadTooLarge(AppError):
    """The head of a request, or one of its headers, is longer than allowed."""

    status, code, title = 431, "head_too_large", "The head of the request is too large"


class AddressTooLong(AppError):
    """The address that a request asks for is longer than allowed."""

    status, code, title = 414, "address_too_long", "The address is too long"


class GuardedProtocol(HttpToolsProtocol):
    """One connection. `expire` is called every few seconds and ends what only pins memory and descriptors."""

    _head_bytes = 0
    _in_head = False
    _refusal: AppError | None = None
    _unsent: tuple[int, int] = (0, 0)

    def connection_made(self, transport: Any) -> None:
        """Begin to count the silence."""
        super().connection_made(transport)
        self._active_at = self._head_since = self._sent_at = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Parse; refuse a head that goes on for too long even if not a single line of it ends."""
        self._active_at = self.loop.time()
        was_in_head = self._in_head
        super().data_received(data)
        if self._in_head and was_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
                self._refusal = HeadTooLarge(f"The head of a request may have {HEAD_BYTES} bytes.")
                self.send_400_response(self._refusal.detail)

    def on_message_begin(self) -> None:
        """A request begins; let the application ask whether the connection is about to close."""
        super().on_message_begin()
        self._in_head, self._head_bytes, self._head_since = True, 0, self._active_at
        self._left = dict(HEADER_BYTES)
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["extensions"] = {CLOSING: self.transport.is_closing, HUNG_UP: self.has_hung_up}

    def on_url(self, url: bytes) -> None:
        """Take a piece of the request target."""
        super().on_url(url)
        if len(self.url) > URL_BYTES:
            self._refuse(AddressTooLong(f"An address may have {URL_BYTES} bytes."))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; one after the body (a trailer) comes too late to change anything: left out."""
        if not self._in_head:
            return
        super().on_header(name, value)
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > HEAD_BYTES:
            self._refuse(HeadTooLarge(f"The head of a request may have {HEAD_BYTES} bytes."))
        if (known := name.lower()) in self._left:
            self._left[known] -= len(value)
            if self._left[known] < 0:
                spelt = known.decode().title()
                self._refuse(HeadTooLarge(f"The header {spelt} may have {HEADER_BYTES[known]} bytes."))

    def _refuse(self, error: AppError) -> None:
        """Raise: the parser stops at it, and what is refused reaches neither Django nor a socket."""
        self._refusal = error
        raise error

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._in_head = False
        super().on_headers_complete()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        if self.cycle is not None and self.cycle.scope is self.scope:
            scope["extensions"][BREAK_OFF] = partial(self._break_off, weakref.ref(self.cycle))

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, unless the other protocol would choke on the head."""
        longest = max(len(self.url), *(len(name) + len(value) for name, value in self.headers))
        if longest > SOCKET_LINE_BYTES or len(self.headers) > SOCKET_LINES:
            limits = f"{SOCKET_LINES} lines of {SOCKET_LINE_BYTES} bytes"
            self._refusal = HeadTooLarge(f"The head of a WebSocket may have {limits}.")
            self.send_400_response(self._refusal.detail)
        else:
            super().handle_websocket_upgrade()

    def _break_off(self, of: weakref.ref[RequestResponseCycle]) -> None:
        """Close under an answer that is not complete, which uvicorn calls an error unless its client is gone."""
        if cycle := of():
            cycle.disconnected = True
        self.transport.close()

    def on_response_complete(self) -> None:
        """The connection is idle from now on."""
        self._active_at = self.loop.time()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP as uvicorn does, and too large a head with its own status."""
        if self._refusal is None:
            super().send_400_response(msg)
            return
        body, status = json.dumps(document(self._refusal)), HTTPStatus(self._refusal.status)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {CONTENT_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(f"{head}{body}".encode("ascii"))
        self.transport.close()

    def expire(self, now: float) -> None:
        """Close the connection if its client has been silent for too long, whatever is its turn to do."""
        if self._stuck_for(now) > ANSWER_SECONDS:
            self.transport.abort()
        elif self.cycle is not None and not self.cycle.response_complete:
            if self._owes_body() and now - self._active_at > BODY_SECONDS:
                self.transport.abort()
        elif self._in_head:
            if now - self._head_since > HEAD_SECONDS:
                self.transport.close()
        elif now - self._active_at > HEAD_SECONDS + self.timeout_keep_alive:
            self.transport.close()

    def has_hung_up(self) -> bool:
        """Say whether the client sends no more, even if what it has sent before is not read yet."""
        poll = select.poll()
        poll.register(self.transport.get_extra_info("socket").fileno(), select.POLLRDHUP)
        return self.transport.is_closing() or bool(poll.poll(0))

    def _owes_body(self) -> bool:
        cycle = self.cycle
        return cycle.more_body and not self.flow.read_paused and not cycle.waiting_for_100_continue

    def _stuck_for(self, now: float) -> float:
        """Return for how many seconds the client has taken nothing of what waits for it."""
        pending = self.transport.get_write_buffer_size()
        unsent = (pending, _in_kernel(self.transport) if pending else 0)
        if not pending or unsent != self._unsent:
            self._unsent, self._sent_at = unsent, now
        return now - self._sent_at


def _in_kernel(transport: Any) -> int:
    """Return how many bytes the kernel still keeps for the peer."""
    answer = fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
    size: int = struct.unpack("i", answer)[0]
    return size
