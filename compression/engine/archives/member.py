"""What an archive holds: its members, and why some of them are not given out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from compression.engine.codecs.reader import Bytes


class Kind(StrEnum):
    """What a member is. Only files have bytes."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    DEVICE = "device"
    OTHER = "other"


class Refusal(StrEnum):
    """Why a member is not given out; `reason` says it in a sentence."""

    ABSOLUTE = "absolute"
    ESCAPES = "escapes"
    DRIVE = "drive"
    EMPTY = "empty"
    UNPRINTABLE = "unprintable"
    TOO_LONG = "too_long"
    TOO_DEEP = "too_deep"
    DUPLICATE = "duplicate"
    LINK = "link"
    DEVICE = "device"
    SPARSE = "sparse"
    OTHER = "other"
    TOO_LARGE = "too_large"
    ENCRYPTED = "encrypted"
    METHOD = "method"
    UNVERIFIABLE = "unverifiable"

    @property
    def reason(self) -> str:
        """One sentence for people."""
        return _REASONS[self]


_REASONS = {
    Refusal.ABSOLUTE: "Its path is absolute.",
    Refusal.ESCAPES: "Its path leads out of the archive.",
    Refusal.DRIVE: "Its path names a drive.",
    Refusal.EMPTY: "It has no name.",
    Refusal.UNPRINTABLE: "Its path has control characters.",
    Refusal.TOO_LONG: "Its path is too long.",
    Refusal.TOO_DEEP: "It lies too many folders deep.",
    Refusal.DUPLICATE: "Another member has its path, or a file is where its folder would be.",
    Refusal.LINK: "It is a link.",
    Refusal.DEVICE: "It is a device or a pipe.",
    Refusal.SPARSE: "It is a sparse file.",
    Refusal.OTHER: "It is neither a file nor a folder.",
    Refusal.TOO_LARGE: "It is larger than a member may be.",
    Refusal.ENCRYPTED: "It is encrypted.",
    Refusal.METHOD: "It is compressed with a method that is not supported.",
    Refusal.UNVERIFIABLE: "It has no checksum, and its method is not to be trusted without one.",
}


@dataclass(frozen=True)
class Member:
    """One member, as its archive describes it. Nothing of it can be trusted but `path`.

    `stored_path` is what the archive says, decoded leniently. `path` is relative, has "/" between its components and
    neither "." nor ".." among them; it is empty where the path is what the member is refused for. `size` in bytes and
    `modified` in seconds since 1970 (UTC) are None where the archive does not say.
    """

    stored_path: str
    path: str
    kind: Kind
    size: int | None = None
    modified: float | None = None
    refusal: Refusal | None = None


@dataclass
class Found:
    """A member as a reader comes upon it, before its path is looked at.

    `pieces` are its bytes, which can be taken until the reader is asked for the next member. What they raise is the
    end of this member where it is `independent` of those that follow, and else the end of the archive.
    """

    stored_path: str
    kind: Kind
    size: int | None = None
    modified: float | None = None
    refusal: Refusal | None = None
    pieces: Iterator[Bytes] = field(default_factory=lambda: iter(()))
    independent: bool = False
