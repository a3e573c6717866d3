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
        message, fds = protocol.receive(connection, protocol.MAX_FDS)
        if message is not None and fds:
            protocol.send(connection, _answer(message, fds, connection, host))
    finally:
        os._exit(0)


def _answer(message: dict[str, Any], fds: list[int], connection: socket.socket, host: int) -> dict[str, Any]:
    try:
        request = Request.parse(message)
        confine.apply_limits(request.limits, target=fds[-1])
        confine.drop_privileges()
        confine.die_with_parent(host)
        protocol.send(connection, {"event": "begun"})
        return work.run(request, fds, connection)
    except Exception as error:
        reason = EngineError(f"The codec's process failed: {error!r}")
        return {"event": "error", "error": reason.payload()}
