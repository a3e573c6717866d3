"""Staged files become files: any number of them, in one transaction of few statements.

The order of steps is that of `files.services`: the bytes are durable before the transaction begins; in it, under the
locks of their hashes, they move to their places and the rows appear. The quota is claimed as late as can be: from then
on the owner's other transactions wait for this one. Whoever keeps files several times in one transaction locks all
their hashes before (`files.locks`), so that no two of them wait for each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import connection, transaction

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
from files.selectors import used_bytes
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


@dataclass(frozen=True)
class Draft:
    """A file that is not stored yet: the row it will have, and its staged bytes."""

    file: File
    staged: Staged


def draft(owner: "User", adoption: Adoption, origin: Origin) -> Draft:
    """Return what a staged file will be; its bytes are all there, but need not be durable yet."""
    one = adoption.complete()
    row = File(
        owner=owner,
        object_id=one.staged.digest(),
        name=one.name,
        folder=one.folder,
        size=one.staged.size,
        media_type=one.media_type,
        kind=one.kind or Kind.BINARY,
        tags=list(one.tags),
        origin=origin,
    )
    return Draft(row, one.staged)


def files_adopt_many(
    *, owner: "User", adoptions: Sequence[Adoption], origin: Origin = Origin.RESULT
) -> list[File]:
    """Make staged files files of `owner`, in the order given, all or none; see `ADOPTED_AT_ONCE` for how many.

    TooLarge beyond the owner's quota, StorageFull without room; nothing is kept then. Within a transaction of your own
    call `seal_all` before it begins: making the bytes durable may take seconds.
    """
    seal_all([adoption.staged for adoption in adoptions])
    return drafts_store(owner, [draft(owner, adoption, origin) for adoption in adoptions])


def drafts_store(owner: "User", drafts: Sequence[Draft]) -> list[File]:
    """Store drafts of `owner`; see `files_adopt_many`."""
    if not drafts:
        return []
    seal_all([one.staged for one in drafts])
    # Before the bytes are where only `files.duties` removes them again.
    _require_quota(owner, sum(one.file.size for one in drafts), used_bytes(owner))
    with transaction.atomic():
        return drafts_keep(owner, drafts)


def drafts_keep(owner: "User", drafts: Sequence[Draft]) -> list[File]:
    """Store sealed drafts of `owner`, within a transaction that what is raised takes back; see `files_adopt_many`."""
    keep_objects([one.staged for one in drafts])
    claim_quota(owner, sum(one.file.size for one in drafts))
    return keep_files(owner, [one.file for one in drafts])


def keep_files(owner: "User", rows: Sequence[File]) -> list[File]:
    """Write the rows of files whose bytes are in their places; within a transaction that claimed the quota."""
    files = File.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    details = [(file, {"origin": file.origin, "size": file.size}) for file in files]
    audit.record_many("file.stored", actor=owner, targets=details)
    publish(FileStored.of(files[0]) if len(files) == 1 else FilesStored.of(files))
    return files


def seal_all(staged: Sequence[Staged]) -> None:
    """Make the bytes durable, several at once; those that are already cost nothing."""
    at_once(Staged.seal, [one for one in staged if not one.is_sealed])


def claim_quota(owner: "User", size: int) -> None:
    """Raise TooLarge where `size` more bytes pass the quota; other claims of the owner wait for this transaction."""
    _require_quota(owner, size, _locked_usage(owner))


def _require_quota(owner: "User", size: int, used: int) -> None:
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


PUT_ROWS = """
    WITH wanted AS (SELECT * FROM unnest(%s::text[], %s::bigint[]) AS wanted(sha256, size)),
    new AS (
        INSERT INTO stored_objects (sha256, size, damage, created_at) SELECT sha256, size, '', now() FROM wanted
        ON CONFLICT DO NOTHING
    )
    SELECT sha256, size, damage FROM stored_objects WHERE sha256 = ANY (%s)
"""


def _put_rows(staged: Mapping[str, Staged]) -> list[tuple[str, int, str]]:
    """See that each of the bytes, by hash, has its row; return those that were there before."""
    hashes = list(staged)
    with connection.cursor() as cursor:
        cursor.execute(PUT_ROWS, [hashes, [staged[sha256].size for sha256 in hashes], hashes])
        found: list[tuple[str, int, str]] = cursor.fetchall()
    return found


def keep_objects(staged: Sequence[Staged]) -> None:
    """Put the staged bytes in their places and see that each has its row; within a transaction, as their locks are."""
    unique = {one.sha256: one for one in staged}
    lock_objects(unique)
    bad = []
    for sha256, size, damage in _put_rows(unique):
        if size != unique[sha256].size:
            raise ValueError(f"{unique[sha256].size} bytes were reported under the hash of {size} others")
        if damage:
            bad.append(sha256)
    for sha256 in bad:
        objects().remove(sha256)
    if bad:
        StoredObject.objects.filter(pk__in=bad).update(damage=Damage.NONE, checked_at=None)
    objects().adopt_all(list(unique.values()))
