"""Doing something with many files: all that can be done is done in one transaction, or nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from core import audit
from core.errors import AppError, Conflict, NotFound
from core.events import publish
from files.actions import Action, Done, Options
from files.adoption import claim_quota
from files.bulk.selection import Selection
from files.events import FilesChanged, FilesDeleted, FilesStored
from files.models import File
from files.search.words import folded_entry

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Outcome:
    """What becomes of one file: done, unless there is an error."""

    id: UUID
    name: str
    size: int
    error: AppError | None = None


@dataclass(frozen=True)
class Bulk:
    """What becomes of all of them."""

    outcomes: list[Outcome]
    result: Done

    @property
    def done(self) -> list[Outcome]:
        """Those that it is done with."""
        return [outcome for outcome in self.outcomes if outcome.error is None]

    @property
    def refused(self) -> list[Outcome]:
        """Those that it is not done with."""
        return [outcome for outcome in self.outcomes if outcome.error is not None]

    @property
    def total_size(self) -> int:
        """Bytes of those that it is done with."""
        return sum(outcome.size for outcome in self.done)

    @property
    def digest(self) -> str:
        """What names these files with these outcomes: by it a run knows what was shown before."""
        told = " ".join(f"{outcome.id}{'-' if outcome.error else '+'}" for outcome in self.outcomes)
        return sha256(told.encode()).hexdigest()[:32]


@audit.unaudited("looks, and changes nothing")
def bulk_plan(*, action: Action, selection: Selection, actor: "User", options: Options) -> Bulk:
    """Return what `bulk_run` would do now."""
    files = selection.of(action.source(actor), action.most)
    return Bulk(_outcomes(action, selection, files, options), Done())


@audit.unaudited("the actions audit, a row for each file")
@transaction.atomic
def bulk_run(
    *, action: Action, selection: Selection, actor: "User", options: Options, shown: str = ""
) -> Bulk:
    """Do the action with all of the files that it can be done with. Unprocessable where they are too many.

    `shown` is the digest of a plan that somebody agreed to: Conflict where it would not be the same any more.
    """
    files = selection.of(action.source(actor), action.most, lock=True)
    planned = Bulk(_outcomes(action, selection, files, options), Done())
    if shown and planned.digest != shown:
        raise Conflict("These are not quite the files that were shown before.", code="selection_changed")
    possible = {outcome.id for outcome in planned.done}
    wanted = [file for file in files if file.pk in possible]
    return Bulk(planned.outcomes, action.run(wanted, actor, options)) if wanted else planned


def _outcomes(action: Action, selection: Selection, files: Sequence[File], options: Options) -> list[Outcome]:
    absent = NotFound("There is no such file, or it is not yours.")
    known = [Outcome(file.pk, file.name, file.size, action.refusal(file, options)) for file in files]
    return known + [Outcome(pk, "", 0, absent) for pk in selection.missing(files)]


# What files themselves can have done with them


def files_tag(files: Sequence[File], actor: "User", tags: dict[UUID, list[str]]) -> Done:
    """Give the files the tags that are said for each of them; one statement, however many there are."""
    changed = [file for file in files if file.tags != tags[file.pk]]
    rows = [
        {
            "id": str(file.pk),
            "tags": tags[file.pk],
            "folded": folded_entry(file.name, file.folder, tags[file.pk]),
        }
        for file in changed
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE files SET tags = ARRAY(SELECT jsonb_array_elements_text(new.tags)), folded = new.folded"
            " FROM jsonb_to_recordset(%s::jsonb) AS new(id uuid, tags jsonb, folded text) WHERE files.id = new.id",
            [json.dumps(rows)],
        )
    audit.record_many("file.changed", actor=actor, targets=[(file, {"fields": ["tags"]}) for file in changed])
    _publish(FilesChanged, changed)
    return Done()


def files_delete(files: Sequence[File], actor: "User") -> Done:
    """Delete the files, all at one moment, by which they can be had back together."""
    moment = timezone.now()
    File.objects.filter(pk__in=[file.pk for file in files]).update(deleted_at=moment)
    audit.record_many("file.deleted", actor=actor, targets=[(file, {"size": file.size}) for file in files])
    _publish(FilesDeleted, files)
    return Done(undo={"action": "restore", "deleted_at": moment.isoformat()})


def files_restore(files: Sequence[File], actor: "User") -> Done:
    """Take deletions back. TooLarge where the quota of an owner has no room for all of theirs any more."""
    for owned in _by_owner(files).values():
        claim_quota(owned[0].owner, sum(file.size for file in owned))
    File.objects.filter(pk__in=[file.pk for file in files]).update(deleted_at=None)
    audit.record_many("file.restored", actor=actor, targets=[(file, {}) for file in files])
    _publish(FilesStored, files)
    return Done()


def _by_owner(files: Sequence[File]) -> dict[Any, list[File]]:
    owned: dict[Any, list[File]] = {}
    for file in files:
        owned.setdefault(file.owner_id, []).append(file)
    return owned


def _publish(event: Any, files: Sequence[File]) -> None:
    for owned in _by_owner(files).values():
        publish(event.of(owned))
