"""Post to a foreign host: to the address that was looked at, without redirects, within a time, little of the answer."""

import http.client
import queue
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from core.notifications import addresses

STEP_S = 5.0
"""So long one step may take: to connect, to send, to wait for the next bytes."""
WHOLE_S = 15.0
"""So long all of it may take, however busily the other side drips."""
ANSWER_BYTES = 4096
"""So much of the answer is read."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, and how the text begins."""

    status: int
    text: str


class _Pinned(http.client.HTTPConnection):
    """A connection to the address of its host that may be connected to."""

    was_cut = False
    held: socket.socket | None = None
    """The socket, which the connection itself forgets as soon as an answer begins that ends with it."""

    def connect(self) -> None:
        """Ask for the name, and connect to what was looked at."""
        place = _resolved(self.host, self.port)
        self._go_on()
        self._hold(socket.create_connection((place, self.port), self.timeout))

    def _hold(self, held: socket.socket) -> None:
        """Keep a socket where it can be cut. The other way round than `_cut`: whoever is second sees the other."""
        self.sock = self.held = held
        self._go_on()

    def _go_on(self) -> None:
        """Raise TimeoutError where the time was up while there was nothing to cut."""
        if self.was_cut:
            raise TimeoutError


class _PinnedTls(_Pinned):
    """The same, encrypted; the certificate has to be that of the name."""

    default_port = 443

    def connect(self) -> None:
        """Connect and agree on a key."""
        super().connect()
        tls = _tls().wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
        self._hold(tls)  # before the handshake: the socket it was made of can do nothing any more
        tls.do_handshake()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post `body`; OSError or http.client.HTTPException where there is no answer, AddressRefused where it may not."""
    parts = urlsplit(url)
    kind = _PinnedTls if parts.scheme == "https" else _Pinned
    connection = kind(parts.hostname or "", parts.port, timeout=STEP_S)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    watch = threading.Timer(WHOLE_S, _cut, [connection])
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target, body, dict(headers))
        response = connection.getresponse()
        answer = Answer(response.status, response.read(ANSWER_BYTES).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException):
        if connection.was_cut:
            raise TimeoutError from None
        raise
    else:
        if connection.was_cut:  # what was cut off looks like an end
            raise TimeoutError
        return answer
    finally:
        watch.cancel()
        connection.close()


def _resolved(host: str, port: int) -> str:
    """Ask for the name in a thread of its own: nothing can end a lookup, but nobody has to wait for it.

    The thread ends when the system's resolver gives up, which it does within a minute.
    """
    answers: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(addresses.resolve(host, port))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=STEP_S)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _cut(connection: _Pinned) -> None:
    """End what another thread waits for."""
    connection.was_cut = True
    if connection.held is not None:
        with suppress(OSError):
            # Not the method of a socket with TLS, which drops its key first: the other thread would send in the clear.
            socket.socket.shutdown(connection.held, socket.SHUT_RDWR)
