"""News of files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from core.events import Event, event, group_of
from files.models import File


@dataclass(frozen=True, slots=True)
class FileEvent(Event):
    """Something happened to a file; its owner's pages want to know."""

    id: UUID
    owner_id: UUID

    @classmethod
    def of(cls, file: File) -> "FileEvent":
        """Return the event for `file`."""
        return cls(file.pk, file.owner_id)

    def groups(self) -> list[str]:
        """The owner's pages."""
        return [group_of("user", self.owner_id)]


@event
@dataclass(frozen=True, slots=True)
class FileStored(FileEvent):
    """A file arrived, or came back from deletion."""

    kind: ClassVar[str] = "file.stored"


@dataclass(frozen=True, slots=True)
class FilesEvent(Event):
    """Something happened to several files of one owner at once."""

    ids: tuple[UUID, ...]
    owner_id: UUID

    @classmethod
    def of(cls, files: Sequence[File]) -> "FilesEvent":
        """Return the event for `files`."""
        return cls(tuple(file.pk for file in files), files[0].owner_id)

    def groups(self) -> list[str]:
        """The owner's pages."""
        return [group_of("user", self.owner_id)]

    def message(self) -> dict[str, Any]:
        """Return what a socket sends: how many, for the pages look at the database anyway."""
        return {"kind": self.kind, "owner_id": self.owner_id, "count": len(self.ids)}


@event
@dataclass(frozen=True, slots=True)
class FilesStored(FilesEvent):
    """Several files arrived, or came back from deletion."""

    kind: ClassVar[str] = "file.stored_many"


@event
@dataclass(frozen=True, slots=True)
class FilesChanged(FilesEvent):
    """Tags of several files are new."""

    kind: ClassVar[str] = "file.changed_many"


@event
@dataclass(frozen=True, slots=True)
class FilesDeleted(FilesEvent):
    """Several files are gone."""

    kind: ClassVar[str] = "file.deleted_many"


@event
@dataclass(frozen=True, slots=True)
class FileChanged(FileEvent):
    """Name, folder or tags are new."""

    kind: ClassVar[str] = "file.changed"


@event
@dataclass(frozen=True, slots=True)
class FileDeleted(FileEvent):
    """A file is gone."""

    kind: ClassVar[str] = "file.deleted"
