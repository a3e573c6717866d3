"""The codec host: a small process that forks a child for every call.

    python -m compression.engine.isolation.host --socket PATH

It has all codecs loaded and runs a single thread, so that a fork is safe and takes a few milliseconds. Whatever goes
wrong in a native library ends one child; the host only accepts, forks and reaps.
"""

import argparse
import codecs
import gc
import importlib
import os
import select
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

from compression.engine.codecs import all_codecs
from compression.engine.codecs.blosc2 import library as load_blosc2
from compression.engine.isolation import child, confine, protocol

MAX_CHILDREN = 64
BACKLOG = 128

# Numeric libraries start a pool of threads when they are loaded, unless told not to; a fork would lose them.
SINGLE_THREADED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "BLOSC_NTHREADS")


ENCODINGS = ("utf-8", "utf-16-le", "utf-32-le", "cp437")
"""Python loads the code for these when they are first used, and a child can open no file."""


class Host:
    """Accepts connections on `listener` until SIGTERM, SIGINT or the end of `lifeline` (a pipe nobody writes to)."""

    def __init__(self, listener: socket.socket, lifeline: int | None = None) -> None:
        self._pid = os.getpid()
        self._listener = listener
        self._lifeline = lifeline
        self._poll = select.epoll()
        self._children: dict[int, socket.socket] = {}
        self._callers: dict[int, int] = {}
        self._signals, wakeup = os.pipe()
        for fd in (self._signals, wakeup):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        self._stopping = False
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def run(self) -> None:
        """Serve. The children of a stopped host are killed by the kernel."""
        self._poll.register(self._listener.fileno(), select.EPOLLIN)
        self._poll.register(self._signals, select.EPOLLIN)
        if self._lifeline is not None:
            self._poll.register(self._lifeline, select.EPOLLIN)
        while not self._stopping:
            ready = {fd for fd, _ in self._poll.poll()}
            for fd in ready & self._callers.keys():
                self._hung_up(fd)
            if self._lifeline in ready:
                return
            if self._listener.fileno() in ready:
                self._accept()
            if self._signals in ready:  # last, because it closes connections and their numbers are used again
                os.read(self._signals, 4096)
                self._reap()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _hung_up(self, fd: int) -> None:
        """The caller is gone or wants no more: the child's work is for nobody."""
        self._poll.unregister(fd)
        os.kill(self._callers.pop(fd), signal.SIGKILL)

    def _accept(self) -> None:
        # No caller any more, or no resources for a child: the caller sees the connection closed and comes again.
        with suppress(OSError):
            connection, _ = self._listener.accept()
            if _peer_uid(connection) not in (0, os.getuid()):
                connection.close()
                return
            pid = os.fork()
            if pid == 0:
                child.serve(connection, host=self._pid)
            self._children[pid] = connection
            self._callers[connection.fileno()] = pid
            self._poll.register(connection.fileno(), select.EPOLLRDHUP)
            if len(self._children) == MAX_CHILDREN:
                self._poll.unregister(self._listener.fileno())

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            if len(self._children) == MAX_CHILDREN:
                self._poll.register(self._listener.fileno(), select.EPOLLIN)
            connection = self._children.pop(pid)
            # Closing is not enough: a child just forked may still hold a copy, and epoll would go by that.
            if self._callers.pop(connection.fileno(), None):
                self._poll.unregister(connection.fileno())
            ending = {"event": "exit", "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}
            with suppress(OSError):
                protocol.send(connection, ending, flags=socket.MSG_DONTWAIT)
            connection.close()


def _peer_uid(connection: socket.socket) -> int:
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1])


def _listen(path: Path) -> socket.socket:
    """A listener that only its owner reaches; takes the place of a dead host's socket, not of a living one's."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe, suppress(OSError):
        probe.connect(str(path))
        sys.exit(f"a codec host already listens on {path}")
    path.unlink(missing_ok=True)
    mask = os.umask(0o177)
    listener.bind(str(path))
    os.umask(mask)
    listener.listen(BACKLOG)
    return listener


def _preload(modules: list[str]) -> None:
    """Load every codec and use it once, so that the children find all of it in place."""
    os.environ.update(dict.fromkeys(SINGLE_THREADED, "1"))
    for module in modules:
        importlib.import_module(module)
    load_blosc2()
    for codec in all_codecs().values():
        if not codec.dynamic:
            codec().decode(codec().encode(b"warm up"))
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
    gc.collect()
    gc.freeze()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Runs codecs in child processes for clients on a unix socket."
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--socket", type=Path, help="listen on this path; die with the parent process")
    where.add_argument("--listen-fd", type=int, help="listen on this inherited socket")
    parser.add_argument(
        "--lifeline", type=int, help="stop when this inherited pipe is closed at its other end"
    )
    parser.add_argument(
        "--import", dest="modules", action="append", default=[], help="a module with more codecs"
    )
    options = parser.parse_args()
    parent = os.getppid()
    if options.socket:
        confine.die_with_parent(parent)
    confine.steady_allocator()
    _preload(options.modules)
    listener = _listen(options.socket) if options.socket else socket.socket(fileno=options.listen_fd)
    listener.setblocking(False)
    Host(listener, options.lifeline).run()
    if options.socket:
        options.socket.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
