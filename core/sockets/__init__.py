"""WebSockets: hints about objects, with permission per object."""

from core.sockets.topics import SocketRoute, routes, topic

__all__ = ["SocketRoute", "routes", "topic"]
