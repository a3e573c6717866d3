"""The WebSocket half of the ASGI application."""

from typing import Any
from urllib.parse import urlsplit

from channels.routing import URLRouter
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.urls import path
from django.utils.module_loading import import_string

from core.sockets.topics import routes


class NamedRoute:
    """Puts the name of the route into the scope, for the permission matrix."""

    def __init__(self, name: str, app: Any) -> None:
        self.name, self.app = name, app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Call on with the name."""
        return await self.app({**scope, "route_name": self.name}, receive, send)


class Refuse:
    """Refuses a handshake with an HTTP status."""

    def __init__(self, status: int) -> None:
        self.status = status

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer and be done; a server that cannot say a status of ours says 403."""
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close"})
            return
        headers = [(b"content-length", b"0")]
        await send({"type": "websocket.http.response.start", "status": self.status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b""})


class OwnPagesOrToken:
    """Browsers send the session's cookie from any page: theirs must be one of ours. Programs bring a token instead."""

    def __init__(self, app: Any) -> None:
        self.app, self.refuse = app, Refuse(403)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Choose by the handshake's headers."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        with_token = headers.get(b"authorization", "").lower().startswith("bearer ")
        ours = with_token or is_own_page(headers.get(b"origin", ""), headers.get(b"host", ""))
        return await (self.app if ours else self.refuse)(scope, receive, send)


def is_own_page(origin: str, host: str) -> bool:
    """Say whether the page at `origin` was served by `host`, a host of ours, or by a site that is trusted."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS) and urlsplit(origin).netloc == host


def application() -> Any:
    """Return the application that serves every registered socket route; call it when the apps are ready."""
    identify = import_string(settings.SOCKET_IDENTITY)
    named: list[Any] = [
        (item, NamedRoute(item.name, import_string(item.consumer).as_asgi())) for item in routes.values()
    ]
    # As with all addresses, a slash at the end is no difference.
    patterns = [path(item.pattern + end, app, name=item.name) for item, app in named for end in ("", "/")]
    nothing: Any = Refuse(404)
    return OwnPagesOrToken(identify(URLRouter([*patterns, path("<path:rest>", nothing), path("", nothing)])))
