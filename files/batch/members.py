"""The members of an archive on their way to files."""

import re
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

from django.conf import settings

from core.errors import TooLarge, Unprocessable
from files.batch.items import Item, Room
from files.choices import Kind, Origin
from files.models import File
from files.staging import StagingArea
from files.unpacking import BeyondBounds, Bounds, Look, Member

# Compressed tar archives by their names; whether there is an archive in it shows when it is unpacked.
_PACKED = re.compile(r"\.(tar\.\w+|t(gz|az|bz2?|xz|lz|zst|br))$", re.IGNORECASE)


def may_hold_files(file: File) -> bool:
    """Say whether it is worth offering to unpack the file."""
    return file.kind == Kind.ARCHIVE or (file.kind == Kind.COMPRESSED and bool(_PACKED.search(file.name)))


def folder_beside(file: File) -> str:
    """Return the folder, beside an archive and of its name, that its members go to."""
    name = _PACKED.sub("", file.name)
    return str(PurePath(file.folder) / (PurePath(name).stem if name == file.name else name))


@dataclass(frozen=True)
class Wish:
    """What shall become of an archive called `name`; its members go below `folder`.

    With `atomic` one member that cannot be kept refuses all. With `whole` such members are only named, but an archive
    that turns out to be damaged refuses all. Either way the files appear together in the end.
    """

    name: str
    folder: str = ""
    tags: tuple[str, ...] = ()
    atomic: bool = False
    whole: bool = False
    origin: Origin = Origin.UPLOAD

    @property
    def together(self) -> bool:
        """Whether all files appear at once, or none."""
        return self.atomic or self.whole

    @property
    def params(self) -> dict[str, Any]:
        """The wish as parameters of a job."""
        return asdict(self)

    @classmethod
    def of(cls, params: dict[str, Any]) -> "Wish":
        """Return the wish that a job's parameters say."""
        return cls(
            name=params["name"],
            folder=params["folder"],
            tags=tuple(params["tags"]),
            atomic=params["atomic"],
            whole=params.get("whole", False),
            origin=Origin(params.get("origin", Origin.UPLOAD)),
        )


def bounds(**tighter: int) -> Bounds:
    """Return the platform's bounds for one archive, or those given where they are tighter."""
    stated = {
        "members": settings.ARCHIVE_MEMBERS,
        "bytes": settings.DECODED_LIMIT_BYTES,
        "ratio": settings.DECODED_RATIO_LIMIT,
        "memory_bytes": settings.CODEC_MEMORY_BYTES,
        "wall_s": settings.JOB_TIMEOUT_S,
    }
    return Bounds(**{name: min(most, tighter.get(name, most)) for name, most in stated.items()})


def fits_now(size: int, look: Look) -> bool:
    """Say whether an archive of `size` bytes may be unpacked in the request, by what it says of itself.

    BeyondBounds where it says that it has more members than any archive may have.
    """
    members = look.members or 0
    if members > settings.ARCHIVE_MEMBERS:
        raise BeyondBounds(
            f"The archive has {members} members; {settings.ARCHIVE_MEMBERS} are the most that is unpacked.",
            "members",
        )
    return (
        size <= settings.INLINE_LIMIT_BYTES
        and members <= settings.BATCH_FILES
        and (look.content_bytes or 0) <= settings.INLINE_OUTPUT_BYTES
    )


def staged_item(member: Member, area: StagingArea, room: Room) -> Item:
    """Return the member, which is no folder, as an item with its bytes in `area`.

    A member that is damaged, or that the quota has no room for, is refused; a disk without room ends it all.
    """
    if member.refusal is not None:
        return Item(member.path, refusal=member.refusal)
    staged = area.add()
    try:
        for piece in member.pieces:
            room.take(len(piece))
            staged.write(piece)
    except BeyondBounds:
        raise
    except (TooLarge, Unprocessable) as error:
        room.left += staged.size
        staged.close()
        return Item(member.path, refusal=error)
    staged.rest()
    return Item(member.path, staged)
