"""A closed catalogue of events, each a frozen dataclass, sent when the transaction commits.

An event is a hint: the database is the truth, and a lost message costs nothing. Sockets get it through the groups
it names; code of other apps through `subscribe`.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from core.registry import Registry

log = logging.getLogger(__name__)

catalogue: Registry[type["Event"]] = Registry("event")
_subscribers: dict[str, list[Callable[[Any], None]]] = {}

E = TypeVar("E", bound="Event")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. Subclasses are frozen dataclasses with a `kind` of their own."""

    kind: ClassVar[str]

    def groups(self) -> list[str]:
        """Return the socket groups that may want to know; see `group_of`."""
        return []

    def message(self) -> dict[str, Any]:
        """Return what a socket sends: the kind and the fields, as JSON can say them."""
        return {"kind": self.kind} | {
            name: str(value) if isinstance(value, UUID) else value for name, value in asdict(self).items()
        }


def event(cls: type[E]) -> type[E]:
    """Enter an event class into the catalogue; a class decorator."""
    catalogue.add(cls.kind, cls)
    return cls


def group_of(topic: str, object_id: object) -> str:
    """Return the name of the group of one object, in the characters that the channel layer allows."""
    return f"{topic}.{object_id}"


def subscribe(cls: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Call the decorated function with each event of the class, in the process that published it."""

    def register(function: Callable[[E], None]) -> Callable[[E], None]:
        _subscribers.setdefault(cls.kind, []).append(function)
        return function

    return register


def publish(what: Event) -> None:
    """Send the event when the transaction commits, or now where there is none."""
    if what.kind not in catalogue:
        raise TypeError(f"{type(what).__name__} is not in the catalogue: decorate it with @event")
    transaction.on_commit(partial(_send, what), robust=True)


def _send(what: Event) -> None:
    for function in _subscribers.get(what.kind, []):
        try:
            function(what)
        except Exception:
            log.exception("a subscriber of %s failed", what.kind)
    send_to_groups(what.groups(), what.message())


def send_to_groups(groups: list[str], message: dict[str, Any]) -> None:
    """Hand a message to the sockets of `groups`; a channel layer that is away is logged and survived."""
    layer = get_channel_layer()
    if layer is None or not groups:
        return
    try:
        async_to_sync(_send_all)(layer, groups, {"type": "hint", "message": message})
    except Exception as error:  # the sender's work is done and committed; a hint may be lost
        log.warning("hint not sent: %s", error)


async def _send_all(layer: Any, groups: list[str], message: dict[str, Any]) -> None:
    for group in groups:
        await layer.group_send(group, message)
