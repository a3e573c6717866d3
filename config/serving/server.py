"""The web process: one uvicorn server over the application of `config.asgi`."""

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
from typing import Any, Final

import uvicorn

from config import env
from config.serving.bridge import Bridge
from config.serving.protocol import GuardedProtocol

SWEEP_TICKS: Final = 20  # uvicorn ticks ten times a second
STOP_SECONDS: Final = 4
CONNECTIONS: Final = 4000
MESSAGE_BYTES: Final = 256 * 1024
BACKLOG: Final = 1024


class WebServer(uvicorn.Server):
    """uvicorn with an eye on silent connections, and handoffs that wait sent home before it stops."""

    def __init__(self, config: uvicorn.Config, bridge: Bridge) -> None:
        super().__init__(config)
        self._bridge = bridge
        self.last_resort_seconds = 0.0  # 0: never

    async def on_tick(self, counter: int) -> bool:
        """Sweep from time to time; True ends the server."""
        if counter % SWEEP_TICKS == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, GuardedProtocol):
                    connection.expire(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, let running requests end, then cancel them."""
        if self.last_resort_seconds:
            signal.setitimer(signal.ITIMER_REAL, self.last_resort_seconds)  # SIGALRM ends the process
        self._bridge.stopping.set()
        await super().shutdown(sockets)


def make_server(application: Any, bridge: Bridge, **options: Any) -> WebServer:
    """Return a server for `application`, whose HTTP side is `bridge`; `options` go to `uvicorn.Config`."""
    proxies = env.items("TRUSTED_PROXIES")
    defaults: dict[str, Any] = {
        "http": GuardedProtocol,
        "ws": "websockets-sansio",
        "loop": "uvloop",
        "lifespan": "off",
        "interface": "asgi3",
        "log_config": None,  # settings.LOGGING says what is logged
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(proxies),
        "forwarded_allow_ips": proxies,
        "limit_concurrency": CONNECTIONS,
        "timeout_keep_alive": 20,
        "timeout_graceful_shutdown": STOP_SECONDS,
        "ws_max_size": MESSAGE_BYTES,
        "ws_ping_interval": 20.0,
        "ws_ping_timeout": 20.0,
        "backlog": BACKLOG,
    }
    return WebServer(uvicorn.Config(application, **{**defaults, **options}), bridge)


def listen() -> socket.socket:
    """Return the listening socket: the one inherited as descriptor WEB_FD, or a new one at HOST and PORT."""
    inherited = env.integer("WEB_FD", -1)
    if inherited >= 0:
        return socket.socket(fileno=inherited)
    address = env.text("HOST", "127.0.0.1"), env.integer("PORT", 8000, maximum=65535)
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    return socket.create_server(address, family=family, backlog=BACKLOG)


def run_process(application: Any, bridge: Bridge) -> None:
    """Serve until SIGTERM or SIGINT; five seconds later the process has ended, whatever a thread does."""
    _allow_many_connections()
    gc.collect()
    gc.freeze()  # what is loaded now stays: no need to look through it again and again
    server = make_server(application, bridge)
    server.last_resort_seconds = STOP_SECONDS + 0.8
    listener = listen()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises the signal again after a clean stop
    server.run(sockets=[listener])
    logging.shutdown()
    os._exit(0)  # a thread in the middle of a long call would hold up an ordinary exit


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS + 256  # a connection, and for some of them a file
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
