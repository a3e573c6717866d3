"""Paths from archives, made safe or refused."""

import re
import unicodedata

from compression.engine.archives.member import Found, Kind, Member, Refusal
from compression.engine.errors import LimitExceeded
from compression.engine.limits import ArchiveLimits

_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_YEAR_1, _YEAR_9999 = -62_135_596_800, 253_402_300_799
_OF_KIND = {Kind.LINK: Refusal.LINK, Kind.DEVICE: Refusal.DEVICE, Kind.OTHER: Refusal.OTHER}


class Paths:
    """The paths of one archive, in order: knows which are taken."""

    def __init__(self, limits: ArchiveLimits) -> None:
        self._limits = limits
        # Hashes, because a hostile archive may have many long paths; 64 random bits do not meet by chance.
        self._files: set[int] = set()
        self._folders: set[int] = set()

    def admit(self, found: Found) -> Member:
        """The member with its safe path, or with the reason why it is refused."""
        path, refusal = self._normalised(found.stored_path)
        refusal = found.refusal or _OF_KIND.get(found.kind) or refusal
        if refusal is None and found.size is not None and found.size > self._limits.max_member_bytes:
            refusal = Refusal.TOO_LARGE
        if refusal is None and not self._claim(path, found.kind):
            refusal = Refusal.DUPLICATE
        return Member(found.stored_path, path, found.kind, found.size, _plausible(found.modified), refusal)

    def _normalised(self, stored: str) -> tuple[str, Refusal | None]:
        """The relative path, or why there is none. A backslash separates too: archives made on Windows have them."""
        # What is too long anyway is not normalised: that may take the square of its length.
        is_long = len(stored) > 2 * self._limits.max_path_chars
        text = (stored if is_long else unicodedata.normalize("NFC", stored)).replace("\\", "/")
        components = [name for name in text.split("/") if name not in ("", ".")]
        refusal: Refusal | None = None
        if _CONTROL.search(text):
            refusal = Refusal.UNPRINTABLE
        elif text.startswith("/"):
            refusal = Refusal.ABSOLUTE
        elif _DRIVE.match(text):
            refusal = Refusal.DRIVE
        elif ".." in components:
            refusal = Refusal.ESCAPES
        elif not components:
            refusal = Refusal.EMPTY
        elif len(components) > self._limits.max_path_depth:
            refusal = Refusal.TOO_DEEP
        elif len(text) > self._limits.max_path_chars or self._name_too_long(components):
            refusal = Refusal.TOO_LONG
        return ("", refusal) if refusal else ("/".join(components), None)

    def _name_too_long(self, components: list[str]) -> bool:
        return any(len(name.encode()) > self._limits.max_name_bytes for name in components)

    def _claim(self, path: str, kind: Kind) -> bool:
        """Take the path; False where that cannot be."""
        parents = [hash(path[:end]) for end, letter in enumerate(path) if letter == "/"]
        own = hash(path)
        if own in self._files or not self._files.isdisjoint(parents):
            return False
        if kind is Kind.DIRECTORY:
            parents.append(own)
        elif own in self._folders:
            return False
        else:
            self._files.add(own)
        self._folders.update(parents)
        if len(self._folders) > self._limits.max_members:
            raise LimitExceeded(
                f"The archive has more than {self._limits.max_members} folders", kind="members"
            )
        return True


def _plausible(seconds: float | None) -> float | None:
    """A time that calendars can hold, or None."""
    return seconds if seconds is not None and _YEAR_1 <= seconds <= _YEAR_9999 else None
