"""Taking archives apart: what is asked of an unpacker. The app that has one registers it when it is ready.

Whatever an archive holds, an unpacker gives safe paths and bounded bytes, and says of each member that it does not give
out why.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from core.errors import AppError, Unprocessable


@dataclass(frozen=True)
class Look:
    """What an archive says of itself: nothing of it can be relied on. None where it does not say."""

    members: int | None
    content_bytes: int | None


@dataclass(frozen=True)
class Bounds:
    """What unpacking one archive may take; bytes are those of all members together."""

    members: int
    bytes: int
    ratio: int
    memory_bytes: int
    wall_s: int


@dataclass(frozen=True)
class Member:
    """A member as it comes by, in the archive's order; folders have no bytes.

    `pieces` can be taken until the next member is asked for, and raise AppError where the member is damaged.
    """

    path: str
    is_file: bool
    size: int | None
    refusal: AppError | None
    pieces: Iterator[bytes]

    @property
    def is_folder(self) -> bool:
        """Whether there is nothing to say of it."""
        return not self.is_file and self.refusal is None


@dataclass(frozen=True)
class Figures:
    """What unpacking a whole archive took. `formats` are those of its layers and its own, outermost first.

    `checksummed` says whether a damaged byte would have shown.
    """

    formats: tuple[str, ...]
    content_bytes: int
    wall_s: float
    cpu_s: float
    peak_memory_bytes: int
    checksummed: bool


class Members(Protocol):
    """The members in the archive's order; when all have come, `figures` says what that took."""

    @property
    def figures(self) -> Figures: ...

    def __iter__(self) -> Iterator[Member]: ...


class BeyondBounds(Unprocessable):
    """The archive is more than it may be; `kind` says in what: members, output, ratio, memory, time."""

    def __init__(self, detail: str, kind: str) -> None:
        super().__init__(detail, code=f"{kind}_limit_exceeded")
        self.kind = kind


class Interrupted(Exception):
    """`should_stop` said so."""


class Unpacker(Protocol):
    """Reads archives from files with a descriptor, wherever those stand; AppError for what is no sound archive."""

    def look(self, source: BinaryIO, name: str) -> Look:
        """Say what the archive promises; takes milliseconds. Unprocessable where it is none, or needs a password."""

    def members(
        self,
        source: BinaryIO,
        bounds: Bounds,
        *,
        on_progress: Callable[[int, int | None], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> AbstractContextManager[Members]:
        """Yield the members; BeyondBounds, Interrupted or another AppError ends it, what came before is sound.

        `on_progress` is told bytes of the archive, read and in all.
        """


_unpacker: Unpacker | None = None


def set_unpacker(unpacker: Unpacker) -> None:
    """Say who takes archives apart."""
    global _unpacker
    _unpacker = unpacker


def unpacker() -> Unpacker:
    """Return who takes archives apart."""
    if _unpacker is None:
        raise RuntimeError("no unpacker is set")
    return _unpacker
