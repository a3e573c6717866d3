"""News of notifications."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from core.events import Event, event, group_of


@event
@dataclass(frozen=True, slots=True)
class NotificationsChanged(Event):
    """An account was told something, or has read it: the bell counts anew."""

    kind: ClassVar[str] = "notifications.changed"
    owner_id: UUID

    def groups(self) -> list[str]:
        """Its owner's pages."""
        return [group_of("user", self.owner_id)]


@event
@dataclass(frozen=True, slots=True)
class DeliveryChanged(Event):
    """A delivery got further."""

    kind: ClassVar[str] = "deliveries.changed"
    owner_id: UUID

    def groups(self) -> list[str]:
        """Its owner's pages."""
        return [group_of("user", self.owner_id)]
