"""A codec host of this process alone, for programs that have none given by the CODEC_HOST variable.

It starts with the first call and ends with this process and the processes forked from it, all of which may use it:
they hold the other end of its lifeline.
"""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import compression

BACKLOG = 128
PROJECT = Path(compression.__file__).parent.parent


class PrivateHost:
    """The address of a running host, which is started (again) when there is none."""

    def __init__(self, modules: tuple[str, ...] = ()) -> None:
        self._modules = modules
        self._lock = threading.Lock()
        self._address: bytes | str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: int | None = None
        os.register_at_fork(after_in_child=self._forked)

    def address(self) -> bytes | str:
        """Where the host listens; it may have died since."""
        with self._lock:
            return self._address or self._start()

    def close(self) -> None:
        """End the host, where this process has one."""
        with self._lock:
            self._address = None
            self._end()

    def lost(self, address: bytes | str) -> None:
        """Forget a host that does not answer, so that `address` starts another."""
        with self._lock:
            if self._address == address:
                self._address = None
                self._end()

    @property
    def process_id(self) -> int | None:
        """Of the host, where this process started it."""
        return self._process.pid if self._process else None

    def _forked(self) -> None:
        self._lock = threading.Lock()
        self._process = None  # it is a child of the parent, not of this process

    def _start(self) -> bytes | str:
        # An abstract address leaves nothing in the file system. Anyone can see it, so the host asks who is calling.
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind("")
            listener.listen(BACKLOG)
            end, self._lifeline = os.pipe()
            command = [sys.executable, "-m", "compression.engine.isolation.host"]
            command += ["--listen-fd", str(listener.fileno()), "--lifeline", str(end)]
            command += [word for module in self._modules for word in ("--import", module)]
            self._process = subprocess.Popen(
                command,
                pass_fds=(listener.fileno(), end),
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C in the terminal is for the owner
            )
            os.close(end)
            address: bytes | str = listener.getsockname()
            self._address = address
            return address

    def _end(self) -> None:
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
