"""The WebSocket half of the ASGI application."""

from typing import Any

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.urls import path
from django.utils.module_loading import import_string

from core.sockets.consumer import HintConsumer
from core.sockets.topics import routes


class NamedRoute:
    """Puts the name of the route into the scope, for the permission matrix."""

    def __init__(self, name: str, app: Any) -> None:
        self.name, self.app = name, app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Call on with the name."""
        return await self.app({**scope, "route_name": self.name}, receive, send)


async def no_such_socket(scope: Any, receive: Any, send: Any) -> None:
    """Refuse the handshake of an unknown address."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


class OriginOrToken:
    """Browsers are checked for their origin; programs that send a token in a header have none."""

    def __init__(self, app: Any) -> None:
        self.app, self.checked = app, AllowedHostsOriginValidator(app)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Choose by the handshake's headers."""
        has_token = any(name == b"authorization" for name, _ in scope["headers"])
        return await (self.app if has_token else self.checked)(scope, receive, send)


def application() -> Any:
    """Return the application that serves every registered socket route; call it when the apps are ready."""
    identify = import_string(settings.SOCKET_IDENTITY)
    patterns = [
        path(item.pattern, NamedRoute(item.name, HintConsumer.as_asgi()), name=item.name)
        for item in routes.values()
    ]
    patterns.append(path("<path:rest>", no_such_socket))
    return OriginOrToken(identify(URLRouter(patterns)))
