"""Staged files become files: any number of them, in one transaction of few statements.

The order of steps is that of `files.services`: the bytes are durable before the transaction begins; in it, under the
locks of their hashes, they move to their places and the rows appear.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.selectors import quota_of
from core import audit, formatting
from core.errors import TooLarge
from core.events import publish
from files.choices import Damage, Kind, Origin
from files.detection import HEAD_BYTES, detect
from files.events import FilesStored, FileStored
from files.locks import lock_objects
from files.models import File, StoredObject, Usage
from files.names import clean_folder, clean_name
from files.staging import Staged, at_once
from files.storage import objects

if TYPE_CHECKING:
    from accounts.models import User

ADOPTED_AT_ONCE = 250
"""How many files one transaction should take at most: each holds a lock, of which the database has some thousands."""
ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Adoption:
    """A staged file and what it is to be called; what it is is detected unless both are given."""

    staged: Staged
    name: str
    folder: str = ""
    tags: Sequence[str] = ()
    media_type: str = ""
    kind: Kind | None = None

    def complete(self) -> "Adoption":
        """Return it with a safe name and with what it is."""
        name, folder = clean_name(self.name), clean_folder(self.folder)
        media_type, kind = self.media_type, self.kind
        if not media_type or kind is None:
            found = detect(self.staged.head(HEAD_BYTES), name, self.staged.size)
            media_type, kind = media_type or found.media_type, kind or found.kind
        return replace(self, name=name, folder=folder, media_type=media_type, kind=kind)


def files_adopt_many(
    *, owner: "User", adoptions: Sequence[Adoption], origin: Origin = Origin.RESULT
) -> list[File]:
    """Make staged files files of `owner`, in the order given, all or none; see `ADOPTED_AT_ONCE` for how many.

    TooLarge beyond the owner's quota, StorageFull without room; nothing is kept then. Within a transaction of your own
    call `seal_all` before it begins: making the bytes durable may take seconds.
    """
    seal_all(adoptions)
    wanted = [adoption.complete() for adoption in adoptions]
    if not wanted:
        return []
    with transaction.atomic():
        claim_quota(owner, sum(one.staged.size for one in wanted))
        keep_objects([one.staged for one in wanted])
        return keep_files(owner, [_row(owner, one, origin) for one in wanted])


def keep_files(owner: "User", rows: Sequence[File]) -> list[File]:
    """Write the rows of files whose bytes are in their places; within a transaction that claimed the quota."""
    files = File.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    details = [(file, {"origin": file.origin, "size": file.size}) for file in files]
    audit.record_many("file.stored", actor=owner, targets=details)
    publish(FileStored.of(files[0]) if len(files) == 1 else FilesStored.of(files))
    return files


def seal_all(adoptions: Sequence[Adoption]) -> None:
    """Make the bytes durable, several at once."""
    at_once(Staged.seal, [adoption.staged for adoption in adoptions])


def claim_quota(owner: "User", size: int) -> None:
    """Raise TooLarge where `size` more bytes pass the quota; other claims of the owner wait for this transaction."""
    used = _locked_usage(owner)
    quota = quota_of(owner)
    if used + size > quota:
        raise TooLarge(
            f"Your files take {formatting.size(used)} of {formatting.size(quota)}; {formatting.size(size)} more do not "
            "fit. Delete some first.",
            code="quota_exceeded",
        )


def _locked_usage(owner: "User") -> int:
    locked = Usage.objects.select_for_update(no_key=True).filter(owner=owner)
    usage = locked.first()
    if usage is None:  # the account's first file
        Usage.objects.bulk_create([Usage(owner=owner)], ignore_conflicts=True)
        usage = locked.get()
    return usage.bytes


def keep_objects(staged: Sequence[Staged]) -> None:
    """Put the staged bytes in their places and see that each has its row; within a transaction, as their locks are."""
    unique = {one.sha256: one for one in staged}
    lock_objects(unique)
    rows = [StoredObject(sha256=sha256, size=one.size) for sha256, one in unique.items()]
    StoredObject.objects.bulk_create(rows, ignore_conflicts=True)
    there = StoredObject.objects.filter(pk__in=list(unique))
    bad = []
    for sha256, size, damage in there.values_list("pk", "size", "damage"):
        if size != unique[sha256].size:
            raise ValueError(f"{unique[sha256].size} bytes were reported under the hash of {size} others")
        if damage:
            bad.append(sha256)
    for sha256 in bad:
        objects().remove(sha256)
    if bad:
        StoredObject.objects.filter(pk__in=bad).update(damage=Damage.NONE, checked_at=None)
    objects().adopt_all(list(unique.values()))


def _row(owner: "User", one: Adoption, origin: Origin) -> File:
    return File(
        owner=owner,
        object_id=one.staged.sha256,
        name=one.name,
        folder=one.folder,
        size=one.staged.size,
        media_type=one.media_type,
        kind=one.kind or Kind.BINARY,
        tags=list(one.tags),
        origin=origin,
    )
