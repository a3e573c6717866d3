"""One call: what a child of the codec host does from its fork to its end."""

import os
import signal
import socket
from typing import Any, NoReturn

from compression.engine.errors import EngineError
from compression.engine.isolation import confine, protocol, work
from compression.engine.isolation.protocol import Request


def serve(connection: socket.socket, host: int) -> NoReturn:
    """Answer the request on `connection` and end. `host` is the process id of the parent."""
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        confine.close_others([connection.fileno()])
        message, fds = protocol.receive(connection, max_fds=2)
        if message is not None and len(fds) == 2:
            protocol.send(connection, _answer(message, fds[0], fds[1], connection, host))
    finally:
        os._exit(0)


def _answer(
    message: dict[str, Any], source: int, target: int, connection: socket.socket, host: int
) -> dict[str, Any]:
    try:
        request = Request.parse(message)
        confine.apply_limits(request.limits, target)
        confine.drop_privileges()
        confine.die_with_parent(host)
        return work.run(request, source, target, connection)
    except Exception as error:
        reason = EngineError(f"The codec's process failed: {error!r}")
        return {"event": "error", "error": reason.payload()}
