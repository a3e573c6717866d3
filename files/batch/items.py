"""The files of a batch, each with its outcome: kept, or refused and why."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.core.exceptions import ValidationError

from core.errors import AppError, FieldError, Invalid, TooLarge
from files import rules
from files.adoption import Adoption
from files.names import clean_folder, clean_name
from files.selectors import free_bytes
from files.staging import Staged

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File

MOST_NAMED = 100
"""Of the files that an all-or-nothing batch was refused for, so many are named."""


@dataclass
class Item:
    """One file of a batch under its path: `staged` bytes that become a `file`, or a `refusal`."""

    path: str
    staged: Staged | None = None
    refusal: AppError | None = None
    file: "File | None" = None

    @property
    def bytes(self) -> Staged:
        """The staged bytes of an item that was not refused."""
        return cast(Staged, self.staged)

    def adoption(self, folder: str, tags: Sequence[str]) -> Adoption:
        """Return what to keep; Invalid where the path cannot be one."""
        inner, name = place(self.path, folder)
        return Adoption(self.bytes, name, inner, tags)


class BatchRefused(AppError):
    """Nothing of an all-or-nothing batch was kept, because of some of its files."""

    status, code, title = 422, "batch_refused", "Nothing of the batch was stored"

    def __init__(self, items: Sequence[Item]) -> None:
        bad = [(item.path, item.refusal) for item in items if item.refusal is not None]
        path, first = bad[0]
        if len({refusal.status for _, refusal in bad}) == 1:
            self.status = first.status
        count = "One file" if len(bad) == 1 else f"{len(bad)} files"
        super().__init__(
            f"{count} cannot be stored, so none was. The first is “{path}”: {first.detail}",
            errors=[FieldError(path, refusal.code, refusal.detail) for path, refusal in bad[:MOST_NAMED]],
        )


def place(path: str, folder: str = "") -> tuple[str, str]:
    """Return folder and name of a file whose path is relative to `folder`; Invalid where it leads elsewhere."""
    parts = [part for part in re.split(r"[/\\]", path) if part not in {"", "."}]
    name = clean_name(parts[-1] if parts else "")
    inner = clean_folder("/".join([folder, *parts[:-1]]))
    try:
        rules.FOLDER.check(inner)
        rules.NAME.check(name)
    except ValidationError as error:
        raise Invalid.field("path", f"The path cannot be kept: {error.messages[0]}", "bad_path") from None
    return inner, name


def check_path(item: Item, folder: str) -> None:
    """Refuse an item whose path below `folder` cannot be kept."""
    try:
        place(item.path, folder)
    except AppError as error:
        item.refusal = item.refusal or error


def admit(owner: "User", items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items that the quota has room for, in order; refuse the others."""
    room = Room(free_bytes(owner))
    for item in items:
        try:
            room.take(item.bytes.size)
        except TooLarge as error:
            item.refusal = error
        else:
            yield item


class Room:
    """The bytes that an account may still keep, as they are used up."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, size: int) -> None:
        """Use `size` bytes; TooLarge where they are not there."""
        if size > self.left:
            raise TooLarge("Your quota has no room for this file.", code="quota_exceeded")
        self.left -= size
