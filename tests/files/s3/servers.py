"""S3 servers for the tests: rclone's, which keeps its objects in a folder and checks signatures, and moto's."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.stack import free_port

KEY, SECRET, BUCKET = "the-key", "the-secret", "dynacomp"
START_S = 60
BIN = Path(sys.executable).parent


class Server:
    """A server in a process of its own, at a port that stays the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """Return how it is started."""
        raise NotImplementedError

    def runs(self) -> bool:
        """Say whether it is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it if it does not run, and wait until it takes connections."""
        if self.runs():
            return
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment()
            )
        deadline = time.monotonic() + START_S
        while not self._listens():
            assert self.runs(), (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "the S3 server does not start"
            time.sleep(0.02)

    def environment(self) -> dict[str, str]:
        """Return its environment: no settings of whoever runs the tests."""
        return {"PATH": os.defpath, "HOME": str(self.folder)}

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()


class Rclone(Server):
    """`rclone serve s3` over a folder: its objects survive a restart."""

    def command(self) -> list[str]:
        """Return how it is started."""
        (self.folder / "data" / BUCKET).mkdir(parents=True, exist_ok=True)
        address = ["--addr", f"127.0.0.1:{self.port}", "--auth-key", f"{KEY},{SECRET}"]
        return [
            str(BIN / "rclone"),
            "serve",
            "s3",
            *address,
            "--config",
            str(self.folder / "none"),
            str(self.folder / "data"),
        ]


class Moto(Server):
    """moto's server: its objects go with it."""

    def command(self) -> list[str]:
        """Return how it is started."""
        return [str(BIN / "moto_server"), "-H", "127.0.0.1", "-p", str(self.port)]
