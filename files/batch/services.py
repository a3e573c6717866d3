"""All writes of batches."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import audit
from core.choices import ENDED_JOBS
from core.errors import AppError, TooLarge, Unprocessable
from core.jobs import enqueue
from core.models import Job
from files.adoption import ADOPTED_AT_ONCE, claim_quota, files_adopt_many, keep_objects
from files.batch.items import BatchRefused, Item, Room, admit, check_path
from files.batch.members import Wish, bounds, staged_item
from files.batch.models import Batch
from files.batch.selectors import held_bytes
from files.choices import Origin
from files.locks import lock_objects
from files.models import File
from files.selectors import free_bytes
from files.staging import Staged, StagingArea
from files.unpacking import BeyondBounds, Figures, Look, unpacker

if TYPE_CHECKING:
    from accounts.models import User

# A call waits this long for one of the slots before it becomes a job.
SLOT_WAIT_S = 2.0
# What a job has kept and held is there for a retry so long after its end.
RETRIED_WITHIN = timedelta(days=1)

_slots = threading.BoundedSemaphore(settings.INLINE_SLOTS)


@audit.unaudited("files_adopt_many audits")
def batch_store(
    *,
    owner: "User",
    items: Sequence[Item],
    folder: str = "",
    tags: Sequence[str] = (),
    atomic: bool = False,
    origin: Origin = Origin.UPLOAD,
) -> None:
    """Keep the staged items as files of `owner` below `folder`, and note with each what became of it.

    With `atomic` all are kept, or none and BatchRefused or the one error that concerns them all is raised.
    """
    batch = _Batch(owner, folder, tags, origin)
    for item in items:
        check_path(item, folder)
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
    origin: Origin

    def keep(self, items: Sequence[Item]) -> None:
        """Keep all of the items, or none."""
        adoptions = [item.adoption(self.folder, self.tags) for item in items]
        files = files_adopt_many(owner=self.owner, adoptions=adoptions, origin=self.origin)
        for item, file in zip(items, files, strict=True):
            item.file = file

    def keep_fitting(self, items: Sequence[Item]) -> None:
        """Keep as many as the quota has room for, some hundreds in each transaction.

        In the order of their hashes, as locks are taken: batches within one transaction then do not block each other.
        """
        fitting = sorted(admit(self.owner, items), key=lambda item: item.bytes.digest())
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


# Archives


class TooLongForNow(Exception):
    """The archive takes more than an answer at once may: it needs a job."""


@audit.unaudited("batch_store audits")
def unpack_now(*, owner: "User", source: BinaryIO, wish: Wish) -> list[Item]:
    """Unpack an archive and return what became of its members; see `unpacked_now`."""
    with unpacked_now(owner=owner, source=source, wish=wish) as unpacked:
        return unpacked.items


@dataclass(frozen=True)
class Unpacked:
    """What became of the members of an archive; `figures` is None where it was found to be bad in the middle."""

    items: list[Item]
    figures: Figures | None


@contextmanager
@audit.unaudited("batch_store audits")
def unpacked_now(*, owner: "User", source: BinaryIO, wish: Wish) -> Iterator[Unpacked]:
    """Unpack an archive; what the block writes is kept in one transaction with the files.

    TooLongForNow, with nothing kept, beyond the limits. An archive that is found to be bad in the middle ends the items
    with one of its own name; where all shall come together, or nothing came before, its error is raised.
    """
    with _slot(), StagingArea() as area:
        items, figures, error = _taken(source, area, Room(free_bytes(owner)))
        if error is not None and (wish.together or not items):
            raise error
        with transaction.atomic():
            lock_objects(
                item.bytes.digest() for item in items if item.refusal is None
            )  # before the quota's lock
            batch_store(
                owner=owner,
                items=items,
                folder=wish.folder,
                tags=wish.tags,
                atomic=wish.atomic,
                origin=wish.origin,
            )
            yield Unpacked(items if error is None else [*items, Item(wish.name, refusal=error)], figures)


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=SLOT_WAIT_S):
        raise TooLongForNow
    try:
        yield
    finally:
        _slots.release()


def _taken(
    source: BinaryIO, area: StagingArea, room: Room
) -> tuple[list[Item], Figures | None, AppError | None]:
    """Return the members with what they took, or with what ended them too early."""
    items: list[Item] = []
    tight = bounds(
        members=settings.BATCH_FILES, bytes=settings.INLINE_OUTPUT_BYTES, wall_s=settings.INLINE_WALL_S
    )
    try:
        with unpacker().members(source, tight) as members:
            for member in members:
                if member.is_folder:
                    continue
                items.append(staged_item(member, area, room))
            return items, members.figures, None
    except BeyondBounds as error:
        if error.kind in {"members", "output", "time"}:
            raise TooLongForNow from error
        return items, None, error
    except Unprocessable as error:
        return items, None, error


@audit.unaudited("the files are audited where they are stored")
def unpack_later(
    *, owner: "User", wish: Wish, look: Look, staged: Staged | None = None, file: File | None = None
) -> Job:
    """Have a worker unpack an archive: staged bytes, which the job then keeps, or a stored file.

    TooLarge where the quota has no room for the staged bytes while the job has them.
    """
    if staged is not None:
        staged.seal()
    with transaction.atomic():
        if staged is not None:
            keep_objects([staged])
            claim_quota(owner, staged.size + held_bytes(owner))
        job = enqueue(
            "unpack",
            owner=owner,
            subject=file,
            title=f"Unpack {wish.name}",
            params={**wish.params, "members": look.members, "file": str(file.pk) if file else None},
            total=look.members,
            unit="files",
        )
        source = staged or file
        assert source is not None
        Batch.objects.create(
            owner=owner, job=job, source_id=source.sha256, size=source.size, uploaded=staged is not None
        )
    return job


@audit.unaudited("forgets what jobs that ended long ago had half done")
def batches_forget() -> int:
    """Let go of what ended jobs hold, when nobody will retry them any more; return how many there were."""
    long_ago = timezone.now() - RETRIED_WITHIN
    gone = Batch.objects.filter(job__status__in=sorted(ENDED_JOBS), job__ended_at__lt=long_ago)
    count = gone.count()
    gone.delete()
    return count
