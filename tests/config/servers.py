"""The web server under test: in a thread of the test process, or a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
from django.conf import global_settings
from django.test import override_settings

from config.serving.application import Application
from config.serving.bridge import Bridge
from config.serving.rules import Rules
from config.serving.server import WebServer, make_server
from tests.config import serving_site

SITE = "tests.config.serving_site"


class Running:
    """A server in a thread, at `url`."""

    def __init__(self, rules: Rules) -> None:
        self.bridge = Bridge(rules_=rules)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        application = Application(http=self.bridge, websocket=serving_site.echo_socket)
        self.server: WebServer = make_server(application, self.bridge, timeout_graceful_shutdown=1)
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]})

    def start(self) -> None:
        """Return when connections are accepted."""
        self._thread.start()
        while not self.server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop like a process that got SIGTERM."""
        self.server.should_exit = True
        self._thread.join(40)
        assert not self._thread.is_alive()
        self.bridge.lanes.close()

    def connect(self) -> "Raw":
        """Return a connection that is under the test's control, byte by byte."""
        return Raw(self.port)


class Raw:
    """A bare connection."""

    def __init__(self, port: int, *, receive_buffer: int = 0) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(40)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", port))

    def request(self, line: str, *headers: str, body: bytes = b"") -> "Raw":
        """Send a request head and whatever of the body is given."""
        head = "\r\n".join([f"{line} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""])
        self.socket.sendall(head.encode() + body)
        return self

    def until(self, end: bytes) -> bytes:
        """Return what comes up to and with `end`."""
        got = b""
        while not got.endswith(end) and (byte := self.socket.recv(1)):
            got += byte
        return got

    def everything(self) -> bytes:
        """Return all that comes until the server closes."""
        parts = []
        while part := self.socket.recv(65536):
            parts.append(part)
        return b"".join(parts)

    def close(self) -> None:
        """Leave."""
        self.socket.close()


@contextmanager
def running(**rules: Any) -> Iterator[Running]:
    """Serve the test site in a thread, with these rules."""
    with override_settings(
        ROOT_URLCONF=SITE,
        MIDDLEWARE=serving_site.MIDDLEWARE,
        ALLOWED_HOSTS=["*"],
        FILE_UPLOAD_HANDLERS=global_settings.FILE_UPLOAD_HANDLERS,
    ):
        server = Running(Rules(**rules))
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Process:
    """The test site in a web process of its own, started the way the supervisor starts one."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
            self.url = f"http://127.0.0.1:{self.port}"
            self.process = subprocess.Popen(
                [sys.executable, "-m", SITE],
                env={**os.environ, "WEB_FD": str(listener.fileno())},
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def resident_bytes(self) -> int:
        """Return what the process holds in memory."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def stop(self) -> float:
        """Send SIGTERM; return the seconds until the end."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(50)
        return time.monotonic() - began
