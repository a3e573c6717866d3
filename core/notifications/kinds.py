"""Kinds of notifications: what the apps register, and which channels a kind takes where an account never chose."""

from collections.abc import Collection
from dataclasses import dataclass

from core.notifications.choices import Channel
from core.registry import Registry


@dataclass(frozen=True)
class Kind:
    """Notifications that mean the same of different things. `title` says what they tell of."""

    name: str
    title: str
    channels: frozenset[Channel]


kinds: Registry[Kind] = Registry("kind of notification")

EVERYWHERE = frozenset(Channel)


def add(name: str, title: str, *, channels: Collection[Channel] = EVERYWHERE) -> None:
    """Register a kind; called in `AppConfig.ready`."""
    kinds.add(name, Kind(name, title, frozenset(channels)))
