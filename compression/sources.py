"""What a call works on: a stored file, or bytes that become one together with what is made of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from files import services as files
from files.adoption import Draft, drafts_store
from files.models import File


class Source:
    """An input. `file` describes it; its row is written only by `keep`, where it came as a draft."""

    def __init__(self, file: File, draft: Draft | None = None) -> None:
        self.file = file
        self.draft = draft

    @classmethod
    def of(cls, draft: Draft) -> "Source":
        """Return the input that came with the call."""
        return cls(draft.file, draft)

    @property
    def is_stored(self) -> bool:
        """Whether the file is there for others."""
        return not self.file._state.adding

    @property
    def drafts(self) -> list[Draft]:
        """What is still to be stored."""
        return [] if self.draft is None or self.is_stored else [self.draft]

    def keep(self) -> File:
        """Return the file, stored now unless it is already."""
        drafts_store(self.file.owner, self.drafts)
        return self.file

    @contextmanager
    def on_disk(self) -> Iterator[BinaryIO]:
        """Yield the bytes as a file with a descriptor, at its beginning."""
        if self.draft is not None:
            staged = self.draft.staged.file
            staged.seek(0)
            yield cast(BinaryIO, staged)
            return
        with files.file_on_disk(self.file) as stored:
            yield stored
