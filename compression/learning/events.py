"""News of learning."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from core.events import Event, event, group_of


@event
@dataclass(frozen=True, slots=True)
class LearningChanged(Event):
    """A state came, or another one serves."""

    kind: ClassVar[str] = "learning.changed"
    id: UUID
    number: int
    status: str
    staff: tuple[UUID, ...]

    def groups(self) -> list[str]:
        """The pages of staff."""
        return [group_of("user", account) for account in self.staff]


@event
@dataclass(frozen=True, slots=True)
class LearningNoticed(Event):
    """Staff have to know something of a state."""

    kind: ClassVar[str] = "learning.noticed"
    id: UUID
    text: str
    staff: tuple[UUID, ...]

    def groups(self) -> list[str]:
        """The pages of staff."""
        return [group_of("user", account) for account in self.staff]
