"""News of optimisations."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from core.events import Event, event, group_of


@event
@dataclass(frozen=True, slots=True)
class OptimisationChanged(Event):
    """An optimisation went further: this many trials, this ratio by the best so far."""

    kind: ClassVar[str] = "optimisation.changed"
    id: UUID
    owner_id: UUID
    job_id: UUID | None
    elapsed_s: float
    trials: int
    best_ratio: float | None

    def groups(self) -> list[str]:
        """The pages of the owner, and those who follow the job."""
        followers = [group_of("job", self.job_id)] if self.job_id else []
        return [group_of("user", self.owner_id), *followers]
