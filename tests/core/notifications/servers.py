"""Receivers for the tests: a web server that answers as it is told, and a mail server that keeps what it gets."""

import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One post."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A web server: `answers` are given one after the other, and 200 when they are used up."""

    answers: list[int | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    server: Any = None

    def start(self) -> "Receiver":
        """Listen."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(Received(self.path, dict(self.headers), body))
                answer = receiver.answers.pop(0) if receiver.answers else 200
                if callable(answer):
                    answer(self)
                    return
                self.send_response(answer)
                if 300 <= answer < 400:
                    self.send_header("Location", f"{receiver.url}/elsewhere")
                self.end_headers()
                self.wfile.write(b"so be it")

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        """Listen no more."""
        self.server.shutdown()
        self.server.server_close()


@dataclass
class MailServer:
    """A mail server that takes everything but addresses that begin with `refused`."""

    letters: list[str] = field(default_factory=list)
    server: Any = None

    def start(self) -> "MailServer":
        """Listen."""
        letters = self.letters

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 test\r\n")
                for raw in self.rfile:
                    verb = raw.split()[0].upper() if raw.split() else b""
                    if verb == b"DATA":
                        self.wfile.write(b"354 go on\r\n")
                        letters.append(self._letter())
                    elif verb == b"RCPT" and b"<refused" in raw:
                        self.wfile.write(b"550 no such box\r\n")
                        continue
                    elif verb == b"QUIT":
                        self.wfile.write(b"221 bye\r\n")
                        return
                    self.wfile.write(b"250 ok\r\n")

            def _letter(self) -> str:
                lines = []
                for raw in self.rfile:
                    if raw == b".\r\n":
                        break
                    lines.append(raw.decode())
                return "".join(lines)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.server_address[1])

    def stop(self) -> None:
        """Listen no more."""
        self.server.shutdown()
        self.server.server_close()
