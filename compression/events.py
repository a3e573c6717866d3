"""News of compression."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from core.events import Event, event, group_of


@event
@dataclass(frozen=True, slots=True)
class ResultStored(Event):
    """A compression or decompression is done and kept."""

    kind: ClassVar[str] = "result.stored"
    id: UUID
    owner_id: UUID
    operation: str
    algorithm: str

    def groups(self) -> list[str]:
        """The pages of the owner."""
        return [group_of("user", self.owner_id)]


@event
@dataclass(frozen=True, slots=True)
class AlgorithmChanged(Event):
    """An algorithm was switched on or off, or its texts changed."""

    kind: ClassVar[str] = "algorithm.changed"
    name: str
    status: str


@event
@dataclass(frozen=True, slots=True)
class ComparisonStored(Event):
    """A comparison is measured and kept."""

    kind: ClassVar[str] = "comparison.stored"
    id: UUID
    owner_id: UUID
    algorithms: tuple[str, ...]

    def groups(self) -> list[str]:
        """The pages of the owner."""
        return [group_of("user", self.owner_id)]


@event
@dataclass(frozen=True, slots=True)
class ComparisonDeleted(Event):
    """A comparison is gone; its outcomes stay in the ledger."""

    kind: ClassVar[str] = "comparison.deleted"
    id: UUID
    owner_id: UUID

    def groups(self) -> list[str]:
        """The pages of the owner."""
        return [group_of("user", self.owner_id)]
