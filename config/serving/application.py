"""One ASGI application for both protocols."""

from collections.abc import Awaitable, Callable
from typing import Any

from config.serving.environ import Scope

AsgiApp = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


class Application:
    """Gives each connection to the side that speaks its protocol."""

    def __init__(self, *, http: AsgiApp, websocket: AsgiApp) -> None:
        self._sides = {"http": http, "websocket": websocket}

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Serve one connection; what is neither HTTP nor WebSocket is refused, as ASGI asks."""
        if (side := self._sides.get(scope["type"])) is None:
            raise ValueError(f"no side for {scope['type']}")
        await side(scope, receive, send)
