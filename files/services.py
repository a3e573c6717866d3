"""All writes of files.

A file is kept in this order: its bytes are staged and made durable; then, in one transaction and under the lock of
their hash, they move to their place and the rows appear. Deleting goes the other way, under the same lock. Whatever
dies in between leaves staged files, objects without a row or rows without a file behind, which `files.duties` removes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import audit
from core.errors import Forbidden, NotFound
from core.events import publish
from files.adoption import Adoption, claim_quota, files_adopt_many
from files.choices import Damage, Kind, Origin
from files.events import FileChanged, FileDeleted, FileStored
from files.locks import try_lock_object
from files.models import File, StoredObject
from files.names import clean_folder, clean_name
from files.search.services import text_renew
from files.staging import Staged, staging
from files.storage import objects
from files.storage.base import HASH_CHUNK
from files.uploads import IncomingFile


@audit.unaudited("file_adopt audits")
def file_store(
    *, owner: User, incoming: IncomingFile, name: str = "", folder: str = "", tags: Sequence[str] = ()
) -> File:
    """Keep an upload as a file of `owner`, under the name that came with it unless another is given."""
    return file_adopt(
        owner=owner,
        staged=incoming.staged,
        name=name or incoming.name or "",
        folder=folder,
        tags=tags,
        origin=Origin.UPLOAD,
    )


def file_adopt(
    *,
    owner: User,
    staged: Staged,
    name: str,
    folder: str = "",
    tags: Sequence[str] = (),
    media_type: str = "",
    kind: Kind | None = None,
    origin: Origin = Origin.RESULT,
) -> File:
    """Make a staged file a file of `owner`; what it is is detected unless both are given.

    TooLarge beyond the owner's quota, StorageFull without room; nothing is kept then. Within a transaction of your own
    call `staged.seal()` before it begins: making the bytes durable may take seconds.
    """
    adoption = Adoption(staged, name, folder, tags, media_type, kind)
    return files_adopt_many(owner=owner, adoptions=[adoption], origin=origin)[0]


@audit.unaudited("a read; the door audits when staff open what belongs to others")
def file_open(file: File) -> BinaryIO:
    """Return the bytes of a file, seekable; see `VerifiedReader` for what is promised. Makes no query.

    ObjectMissing or ObjectDamaged where storage no longer has them. Only on the local disk it has a descriptor.
    """
    return objects().open_object(file.sha256, file.size)


@contextmanager
@audit.unaudited("a read")
def file_on_disk(file: File) -> Iterator[BinaryIO]:
    """Yield the bytes of a file as a file with a descriptor, brought here first where they lie elsewhere."""
    with object_on_disk(file.sha256, file.size) as source:
        yield source


@contextmanager
@audit.unaudited("a read")
def object_on_disk(sha256: str, size: int) -> Iterator[BinaryIO]:
    """Yield stored bytes as a file with a descriptor, brought here first where they lie elsewhere."""
    with objects().open_object(sha256, size) as source:
        if has_descriptor(source):
            yield source
            return
        with staging(size) as copy:
            while chunk := source.read(HASH_CHUNK):
                copy.write(chunk)
            copy.file.seek(0)
            yield cast(BinaryIO, copy.file)


@audit.unaudited("a look")
def has_descriptor(source: BinaryIO) -> bool:
    """Say whether the bytes lie on this machine's disk, so that other processes can read them too."""
    try:
        return source.fileno() >= 0
    except OSError:
        return False


@transaction.atomic
def file_change(*, file: File, actor: User, changes: Mapping[str, Any]) -> File:
    """Give a file another name, folder or other tags; what `changes` does not have stays."""
    clean: dict[str, Callable[[Any], Any]] = {"name": clean_name, "folder": clean_folder, "tags": list}
    values = {field: clean[field](value) for field, value in changes.items()}
    for field, value in values.items():
        setattr(file, field, value)
    file.save(update_fields=[*values, "folded"])
    if values.keys() & {"name", "folder"}:
        text_renew(file=file)
    audit.record("file.changed", actor=actor, target=file, detail={"fields": sorted(values)})
    publish(FileChanged.of(file))
    return file


@transaction.atomic
def file_delete(*, file: File, actor: User) -> None:
    """Delete a file: nobody sees it any more; `file_restore` has it back for a while.

    NotFound where it is gone, Forbidden where it belongs to somebody else and the actor is no administrator.
    """
    if not File.objects.deletable_by(actor).filter(pk=file.pk).update(deleted_at=timezone.now()):
        if File.objects.visible_to(actor).filter(pk=file.pk).exists():
            raise Forbidden("Only its owner and administrators may delete a file.", code="role_missing")
        raise NotFound("The file is deleted already.")
    audit.record("file.deleted", actor=actor, target=file, detail={"size": file.size})
    publish(FileDeleted.of(file))


@transaction.atomic
def file_restore(*, file: File, actor: User) -> File:
    """Take a deletion back. TooLarge where the quota has no room any more, NotFound where it is too late."""
    claim_quota(file.owner, file.size)
    if not File.objects.restorable_by(actor).filter(pk=file.pk).update(deleted_at=None):
        raise NotFound("The file is gone for good.")
    file.deleted_at = None
    audit.record("file.restored", actor=actor, target=file)
    publish(FileStored.of(file))
    return file


@audit.unaudited("the deletion was audited when it was asked for")
def files_purge(*, limit: int = 500) -> int:
    """Remove deleted files whose time for an undo is over, and the bytes that no other file shares."""
    gone = File.objects.past_undo().order_by("deleted_at").values_list("pk", "object_id")[:limit]
    hashes = set()
    for pk, sha256 in list(gone):
        with transaction.atomic():
            File.objects.past_undo().filter(pk=pk).delete()
        hashes.add(sha256)
    for sha256 in hashes:
        object_collect(sha256=sha256)
    return len(hashes)


@audit.unaudited("removes what no file refers to")
def object_collect(*, sha256: str) -> bool:
    """Remove an object that no file refers to, bytes and row; say whether it was one.

    The bytes go before the transaction ends: when the lock is free, a new upload of them finds neither. A crash in
    between leaves the row, which the next look at it removes. One that is being put just now is left alone.
    """
    with transaction.atomic(durable=True):
        if not try_lock_object(sha256):
            return False
        unused = StoredObject.objects.unreferenced().filter(pk=sha256)
        if not unused.exists():
            return False
        objects().remove(sha256)
        unused.delete()
    return True


@audit.unaudited("removes what has no row")
def stray_remove(*, sha256: str) -> bool:
    """Remove the bytes of a hash that has no row, left by a transaction that did not commit; say whether."""
    with transaction.atomic(durable=True):
        if not try_lock_object(sha256) or StoredObject.objects.filter(pk=sha256).exists():
            return False
        objects().remove(sha256)
    return True


@audit.unaudited("notes what a look at the bytes found")
def object_check(*, stored: StoredObject) -> Damage:
    """Read all bytes of an object, compare their hash, and note what was found."""
    from files.errors import ObjectDamaged, ObjectMissing

    try:
        with objects().open_object(stored.sha256, stored.size) as file:
            while file.read(HASH_CHUNK):
                pass
    except ObjectMissing:
        found = Damage.MISSING
    except ObjectDamaged:
        found = Damage.DAMAGED
    else:
        found = Damage.NONE
    StoredObject.objects.filter(pk=stored.pk).update(damage=found, checked_at=timezone.now())
    return found
