"""Many files at once, with an outcome for each: kept, or refused and why."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from core import audit
from core.errors import AppError, FieldError, Invalid, TooLarge
from files import rules
from files.adoption import ADOPTED_AT_ONCE, Adoption, files_adopt_many
from files.choices import Origin
from files.models import File
from files.names import clean_folder, clean_name
from files.selectors import free_bytes
from files.staging import Staged

if TYPE_CHECKING:
    from accounts.models import User

MOST_NAMED = 100
"""Of the files that an all-or-nothing batch was refused for, so many are named."""


@dataclass
class Item:
    """One file of a batch under its path; in the end it has either a `file` or a `refusal`."""

    path: str
    staged: Staged
    refusal: AppError | None = None
    file: File | None = None

    def adoption(self, folder: str, tags: Sequence[str]) -> Adoption:
        """Return what to keep; Invalid where the path cannot be one."""
        inner, name = place(self.path, folder)
        return Adoption(self.staged, name, inner, tags)


class BatchRefused(AppError):
    """Nothing of an all-or-nothing batch was kept, because of some of its files."""

    status, code, title = 422, "batch_refused", "Nothing of the batch was stored"

    def __init__(self, items: Sequence[Item]) -> None:
        bad = [(item.path, item.refusal) for item in items if item.refusal is not None]
        first = bad[0][1]
        if len({refusal.status for _, refusal in bad}) == 1:
            self.status = first.status
        super().__init__(
            f"{len(bad)} of {len(items)} files cannot be stored, so none of them was. The first is “{bad[0][0]}”: "
            f"{first.detail}",
            errors=[FieldError(path, refusal.code, refusal.detail) for path, refusal in bad[:MOST_NAMED]],
        )


@audit.unaudited("files_adopt_many audits")
def batch_store(
    *, owner: "User", items: Sequence[Item], folder: str = "", tags: Sequence[str] = (), atomic: bool = False
) -> None:
    """Keep the staged items as files of `owner` below `folder`, and note with each what became of it.

    With `atomic` all are kept, or none and BatchRefused or the one error that concerns them all is raised.
    """
    batch = _Batch(owner, folder, tags)
    batch.check(items)
    good = [item for item in items if item.refusal is None]
    if not atomic:
        batch.keep_fitting(good)
    elif len(good) < len(items):
        raise BatchRefused(items)
    else:
        batch.keep(good)


@dataclass(frozen=True)
class _Batch:
    owner: "User"
    folder: str
    tags: Sequence[str]

    def check(self, items: Sequence[Item]) -> None:
        """Refuse the items whose paths cannot be kept."""
        for item in items:
            try:
                item.adoption(self.folder, self.tags)
            except AppError as error:
                item.refusal = item.refusal or error

    def keep(self, items: Sequence[Item]) -> None:
        """Keep all of the items, or none."""
        adoptions = [item.adoption(self.folder, self.tags) for item in items]
        files = files_adopt_many(owner=self.owner, adoptions=adoptions, origin=Origin.UPLOAD)
        for item, file in zip(items, files, strict=True):
            item.file = file

    def keep_fitting(self, items: Sequence[Item]) -> None:
        """Keep as many as the quota has room for, some hundreds in each transaction.

        In the order of their hashes, as locks are taken: batches within one transaction then do not block each other.
        """
        fitting = sorted(admit(self.owner, items), key=lambda item: item.staged.digest())
        for at in range(0, len(fitting), ADOPTED_AT_ONCE):
            self._keep_some(fitting[at : at + ADOPTED_AT_ONCE])

    def _keep_some(self, items: Sequence[Item]) -> None:
        while items:
            try:
                return self.keep(items)
            except TooLarge:  # the account has stored something else meanwhile: what still fits?
                items = list(admit(self.owner, items))
            except AppError as error:
                for item in items:
                    item.refusal = error
                return None
        return None


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


def admit(owner: "User", items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items that the quota has room for, in order; refuse the others."""
    room = free_bytes(owner)
    for item in items:
        if item.staged.size > room:
            item.refusal = TooLarge("Your quota has no room for this file.", code="quota_exceeded")
        else:
            room -= item.staged.size
            yield item
