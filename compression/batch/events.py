"""News of batches."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from core.events import Event, event, group_of


@event
@dataclass(frozen=True, slots=True)
class BatchChanged(Event):
    """Items of a batch went further."""

    kind: ClassVar[str] = "batch.changed"
    id: UUID
    owner_id: UUID

    def groups(self) -> list[str]:
        """The pages of the owner."""
        return [group_of("user", self.owner_id)]
