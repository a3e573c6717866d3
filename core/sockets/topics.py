"""Topics: what can be followed, and who may follow it. The apps register both."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.registry import Registry

MayFollow = Callable[[Any, str], bool]
Snapshot = Callable[[str, Mapping[str, str]], Iterable[dict[str, Any]]]


@dataclass(frozen=True)
class Topic:
    """A kind of object that sockets can follow.

    `may_follow(user, id)` is asked at connect and again every few seconds; `snapshot(id, query)` gives the first
    messages, so that nothing between the page's load and the connection is missed. `query` is that of the address.
    """

    name: str
    may_follow: MayFollow
    snapshot: Snapshot | None = None


@dataclass(frozen=True)
class SocketRoute:
    """An address of sockets. `pattern` is a path as in URL patterns; `<uuid:id>` names the object, where there is one;
    without it the object is the account itself. `consumer` is the dotted path of a `GuardedConsumer`."""

    name: str
    pattern: str
    topic: str
    consumer: str


topics: Registry[Topic] = Registry("socket topic")
routes: Registry[SocketRoute] = Registry("socket route")
HINTS = "core.sockets.consumer.HintConsumer"


def topic(name: str, *, snapshot: Snapshot | None = None) -> Callable[[MayFollow], MayFollow]:
    """Register the decorated function as the permission of the topic `name`."""

    def register(function: MayFollow) -> MayFollow:
        topics.add(name, Topic(name, function, snapshot))
        return function

    return register


def route(name: str, pattern: str, *, topic: str, consumer: str = HINTS) -> None:
    """Serve the topic at `pattern`; the permission matrix needs an entry `socket:<name>`."""
    routes.add(name, SocketRoute(name, pattern, topic, consumer))
