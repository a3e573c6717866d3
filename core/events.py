"""A closed catalogue of events, each a frozen dataclass, sent when the transaction commits.

An event is a hint: the database is the truth, and a lost message costs nothing. Sockets get it through the groups
it names; code of other apps through `subscribe`.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from channels.layers import get_channel_layer
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from core.registry import Registry

if TYPE_CHECKING:
    from core.sockets.layer import HintLayer

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
        """Return what a socket sends: the kind and the fields."""
        return {"kind": self.kind, **asdict(self)}


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
    _check(what)
    transaction.on_commit(partial(_send, what), robust=True)


def publish_now(what: Event) -> None:
    """Send an event that is true whatever becomes of the transaction: it tells of something outside the database."""
    _check(what)
    _send(what)


def _check(what: Event) -> None:
    if what.kind not in catalogue:
        raise TypeError(f"{type(what).__name__} is not in the catalogue: decorate it with @event")


def _send(what: Event) -> None:
    for function in _subscribers.get(what.kind, []):
        try:
            function(what)
        except Exception:
            log.exception("a subscriber of %s failed", what.kind)
    if groups := what.groups():
        text = json.dumps(what.message(), cls=DjangoJSONEncoder)
        layer().tell(groups, {"type": "hint", "kind": what.kind, "text": text})


def layer() -> "HintLayer":
    """Return the channel layer."""
    found: Any = get_channel_layer()
    return cast("HintLayer", found)
