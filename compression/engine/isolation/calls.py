"""A call of the codec host, from its request to its end, as its client sees it."""

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

from compression.engine.codecs import all_codecs
from compression.engine.detect import detect
from compression.engine.errors import (
    CodecCrashed,
    EngineError,
    HostUnavailable,
    LimitExceeded,
    Stopped,
    error_from,
)
from compression.engine.isolation import protocol
from compression.engine.isolation.private import PrivateHost
from compression.engine.isolation.protocol import Request

OnProgress = Callable[[int, int | None], None]
ShouldStop = Callable[[], bool]

POLL_SECONDS = 0.1
ENDING_SECONDS = 5.0
CONNECT_SECONDS = 5.0
ENGINE_SECONDS = 90.0
"""The host of the engine compiles its inner loops when they are new."""
RETRY_SECONDS = 0.05

private_host = PrivateHost()
engine_host = PrivateHost(("compression.engine.loaded",))


class _NotBegunError(Exception):
    """The request was not read, so it can be sent again. `refused`: there is no host."""

    def __init__(self, *, refused: bool) -> None:
        super().__init__()
        self.refused = refused


class Call:
    """One call, from when its child has begun. `close` before its end stops it and waits until the child is gone.

    `on_progress(done, total)` and `should_stop()` are called from within `wait`. What goes wrong is raised by `report`,
    so that what a child wrote before it failed can still be read; only Stopped and the end of time come at once.
    """

    def __init__(
        self,
        connection: socket.socket,
        deadline: float,
        on_progress: OnProgress | None,
        should_stop: ShouldStop | None,
    ) -> None:
        self._connection = connection
        self._deadline = deadline
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._report: dict[str, Any] | None = None
        self._error: EngineError | None = None
        self._begun = False
        self._check_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fileno(self) -> int:
        """Readable when there is something to `hear`."""
        return self._connection.fileno()

    @property
    def ended(self) -> bool:
        """Whether the child has said how it went, or died."""
        return self._report is not None or self._error is not None

    def wait(self, others: Mapping[int, int] | None = None) -> set[int]:
        """Wait until one of the descriptors `others` is ready for its poll events; those that are.

        Without any, wait for the end of the call. Raises Stopped and LimitExceeded.
        """
        poll = select.poll()
        for fd, events in (others or {}).items():
            poll.register(fd, events)
        listening = not self.ended
        if listening:
            poll.register(self._connection, select.POLLIN)
        while others or listening:
            self._check()
            ready = {fd for fd, _ in poll.poll(POLL_SECONDS * 1000)}
            if self._connection.fileno() in ready:
                ready.remove(self._connection.fileno())
                self.hear()
                if self.ended:
                    poll.unregister(self._connection)
                    listening = False
            if ready:
                return ready
        return set()

    def report(self) -> dict[str, Any]:
        """The report as JSON data, when the call has ended; raises what went wrong."""
        self.wait()
        if self._report is None:
            raise self._error or EngineError("The call has no report")
        return self._report

    def say(self, message: Mapping[str, Any]) -> None:
        """Tell the child something while it works; nothing where it is gone."""
        with suppress(OSError):
            protocol.send(self._connection, message, flags=socket.MSG_DONTWAIT)

    def close(self) -> None:
        """Have the child end where it has not yet, and wait until it is gone: it may still write until then."""
        if not self.ended:
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_WR)
                self._connection.settimeout(ENDING_SECONDS)
                while protocol.receive(self._connection)[0] is not None:
                    pass
            self._error = Stopped("The call was given up")
        self._connection.close()

    def abandon(self) -> None:
        """`close` without waiting, for those who cannot."""
        self._connection.close()

    def start(self, wall_seconds: float) -> None:
        """Let its time begin now: waiting for a host that has yet to load is not the call's fault."""
        self._deadline = time.monotonic() + wall_seconds
        self._check_at = 0.0

    def wait_for_begin(self) -> None:
        """Return when the child has begun, or ended."""
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        while not self._begun:
            self._check()
            if poll.poll(POLL_SECONDS * 1000):
                self.hear()

    def _check(self) -> None:
        """Ask whether to go on, ten times a second."""
        if time.monotonic() < self._check_at:
            return
        self._check_at = time.monotonic() + POLL_SECONDS
        if self._should_stop is not None and self._should_stop():
            raise Stopped("Stopped on request")
        if time.monotonic() > self._deadline:
            raise LimitExceeded("This took longer than allowed", kind="time")

    def hear(self) -> None:
        """Take in one message, waiting for it."""
        try:
            message, _ = protocol.receive(self._connection)
        except ConnectionResetError:
            message = None
        if message is None and not self._begun:
            raise _NotBegunError(refused=False)
        self._begun = True
        match message:
            case None:
                self._error = HostUnavailable("The codec host was lost during the call")
            case {"event": "done", "report": report}:
                self._report = report
            case {"event": "error", "error": error}:
                self._error = error_from(error)
            case {"event": "exit", "signal": number}:
                self._error = _ending(number)
            case {"event": "progress", "done": done, "total": total} if self._on_progress is not None:
                self._on_progress(done, total)


def begin(
    request: Request,
    fds: Sequence[int],
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Call:
    """Have the host do it; a host that is just being started again is waited for.

    When this returns the child has its own copies of the descriptors.
    """
    now = time.monotonic()
    dynamic = _needs_engine(request, fds[0])
    given = os.environ.get("ENGINE_HOST" if dynamic else "CODEC_HOST")
    private = engine_host if dynamic else private_host
    give_up = now + (ENGINE_SECONDS if dynamic else CONNECT_SECONDS)
    deadline = max(give_up, now + request.limits.max_wall_seconds)
    while True:
        address = given or private.address()
        call = None
        try:
            call = Call(_connected(address, request, fds), deadline, on_progress, should_stop)
            call.wait_for_begin()
            call.start(request.limits.max_wall_seconds)
            return call
        except _NotBegunError as error:
            if call is not None:
                call.close()
            if error.refused and not given:
                private.lost(address)
            if time.monotonic() > give_up:
                raise HostUnavailable("The codec host does not answer") from error
            time.sleep(RETRY_SECONDS)
        except BaseException:
            if call is not None:
                call.close()
            raise


def _needs_engine(request: Request, source_fd: int) -> bool:
    """Whether the child is to have all of the engine loaded: for a codec that asks for it, or such an archive."""
    if request.operation in protocol.OF_ENGINE:
        return True
    if codec := all_codecs().get(request.options.get("codec", {}).get("id")):
        return codec.dynamic
    with suppress(OSError):  # a pipe
        found = detect(os.pread(source_fd, 16, os.lseek(source_fd, 0, os.SEEK_CUR)))
        looked_into = request.operation in ("unpack", "inspect")
        return looked_into and found is not None and all_codecs()[found].dynamic
    return False


def _connected(address: str | bytes, request: Request, fds: Sequence[int]) -> socket.socket:
    """A connection with the request on its way."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(address)
        protocol.send(connection, request.message(), fds)
    except (ConnectionRefusedError, FileNotFoundError) as error:
        connection.close()
        raise _NotBegunError(refused=True) from error
    except ConnectionError as error:
        connection.close()
        raise _NotBegunError(refused=False) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _ending(number: int) -> EngineError:
    """Why a child died without an answer."""
    if number == signal.SIGXCPU:
        return LimitExceeded("The limit of CPU time was reached", kind="time")
    name = signal.Signals(number).name if number else "no answer"
    return CodecCrashed(f"The codec crashed ({name}); nothing else was affected", signal=number)
