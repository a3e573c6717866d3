"""The work of a child: which operation, with what input, and what is told to the client while and after."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from compression.engine.errors import EngineError, LimitExceeded
from compression.engine.inspecting import inspect
from compression.engine.isolation import batching, coding, protocol, unpacking
from compression.engine.isolation.protocol import Operation, Request
from compression.engine.isolation.target import Target
from compression.engine.source import Source

PROGRESS_SECONDS = 0.2


def run(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    """Do what is asked; the last message to the client. Errors of the engine become messages too."""
    try:
        return {"event": "done", "report": _OPERATIONS[request.operation](request, fds, connection)}
    except EngineError as error:
        return {"event": "error", "error": error.payload()}
    except MemoryError:
        reason = LimitExceeded("The memory limit was reached", kind="memory")
        return {"event": "error", "error": reason.payload()}


def _encode(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    return asdict(
        coding.encode(request, _source(fds, connection), Target(fds[1], request.limits.reserve_bytes))
    )


def _encode_many(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    return batching.encode_many(
        request, _source(fds, connection), Target(fds[1], request.limits.reserve_bytes)
    )


def _decode(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    return asdict(
        coding.decode(request, _source(fds, connection), Target(fds[1], request.limits.reserve_bytes))
    )


def _unpack(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    return asdict(
        unpacking.unpack(request, _source(fds, connection), Target(fds[1], request.limits.reserve_bytes))
    )


def _inspect(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    return inspect(_source(fds, connection), request.archive_limits, request.options["name_hint"]).config()


def _optimise(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    from compression.engine.isolation.optimising import optimise  # loaded where all of the engine is

    return optimise(request, Source(fds[0]), Target(fds[1]), connection)


def _weigh(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    from compression.engine.isolation.optimising import weigh

    return weigh(request, Source(fds[0]))


def _describe(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    from compression.engine.isolation.optimising import describe

    return describe(Source(fds[0]), Target(fds[1]))


def _analyse(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    from compression.engine.isolation.analysing import analyse

    return analyse(request, Source(fds[0]), Target(fds[1]))


def _blocks(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    from compression.engine.isolation.analysing import blocks

    return blocks(request, Source(fds[0]), Target(fds[1]))


def _measure(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    from compression.engine.isolation.measuring import measure

    return measure(request, Source(fds[0]), Target(fds[1]))


def _recommend(request: Request, fds: list[int], connection: socket.socket) -> dict[str, Any]:
    from compression.engine.isolation.recommending import recommend

    return recommend(request, Source(fds[0]), Source(fds[1]), Target(fds[2]))


_OPERATIONS: dict[Operation, Callable[[Request, list[int], socket.socket], dict[str, Any]]] = {
    "encode": _encode,
    "encode_many": _encode_many,
    "decode": _decode,
    "unpack": _unpack,
    "inspect": _inspect,
    "optimise": _optimise,
    "weigh": _weigh,
    "describe": _describe,
    "analyse": _analyse,
    "blocks": _blocks,
    "measure": _measure,
    "recommend": _recommend,
}


def _source(fds: list[int], connection: socket.socket) -> Source:
    """The input, which tells the client of progress a few times a second."""
    told = time.monotonic()

    def tell(done: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told < PROGRESS_SECONDS:
            return
        told = now
        with suppress(OSError):  # a client that does not listen misses a figure, no more
            message = {"event": "progress", "done": done, "total": source.size}
            protocol.send(connection, message, flags=socket.MSG_DONTWAIT)

    source = Source(fds[0], tell, reader=fds[1] if len(fds) > 1 else None)
    return source
