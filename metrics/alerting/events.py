"""News of alerts."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from core.events import Event, event, group_of


@event
@dataclass(frozen=True, slots=True)
class AlertsChanged(Event):
    """A series came to another status, or a rule is another one."""

    kind: ClassVar[str] = "alerts.changed"
    staff: tuple[UUID, ...]

    def groups(self) -> list[str]:
        """The pages of staff."""
        return [group_of("user", account) for account in self.staff]
