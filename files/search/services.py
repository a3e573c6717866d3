"""Writes of what searches read, the words of texts; and of saved searches."""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchVectorField
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast, Now

from core import audit
from core.errors import Conflict, FieldError, Invalid, Unavailable
from core.text import storable
from files.detection import HEAD_BYTES, text_of
from files.errors import ObjectDamaged, ObjectMissing
from files.models import File, FileText, SavedSearch
from files.search.criteria import Criteria
from files.search.words import fold, vector, words
from files.storage import objects

if TYPE_CHECKING:
    from accounts.models import User

log = logging.getLogger(__name__)

BODY_BYTES = 256 * 1024
"""How much of a file's content is searched in."""
ATTEMPTS = 3
STEP = 50
SAVED_MAX = 200
"""Saved searches of one account."""


@audit.unaudited("reads what is stored; changes nothing that anybody put there")
def texts_read(*, seconds: float) -> int:
    """Read texts that wait, oldest first, for about so long; return how many. Several may do so at once.

    Where storage is away the texts wait on: Unavailable.
    """
    ends, count = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        read = _step(ends)
        count += read
        if read < STEP:
            break
    return count


@transaction.atomic
def _step(ends: float) -> int:
    """Read some texts in one transaction; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")  # what a crash loses is read again
    count = 0
    locked = FileText.objects.waiting(ATTEMPTS).select_for_update(skip_locked=True, of=("self",))
    for text in locked.select_related("file").defer("body", "words").order_by("pk")[:STEP]:
        if not _try(text) or time.monotonic() >= ends:
            break
        count += 1
    return count


def _try(text: FileText) -> bool:
    """Read one text; one that cannot be read is tried again, but not for ever. False where storage is away."""
    try:
        with transaction.atomic():
            text_read(text=text)
    except Unavailable as error:
        log.warning("texts wait for storage: %s", error)
        return False
    except Exception:
        log.exception("the text of file %s cannot be read", text.pk)
        FileText.objects.filter(pk=text.pk).update(attempts=F("attempts") + 1)
    return True


@audit.unaudited("see texts_read")
def text_read(*, text: FileText) -> None:
    """Read the beginning of a file and keep it with its words. Read again, it makes the same."""
    body = storable(_beginning(text.file))
    found = vector(*_entry(text.file), ("", words(fold(body)))) if body else None
    FileText.objects.filter(pk=text.pk).update(
        body=body, words=Cast(Value(found), SearchVectorField()), read_at=Now()
    )


@audit.unaudited("the change of the file is audited")
def text_renew(*, file: File) -> None:
    """Put the words of the file's present name and folder in the place of those that its text has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE file_texts SET words = %s::tsvector || ts_filter(words, '{d}')"
            " WHERE file_id = %s AND words IS NOT NULL",
            [vector(*_entry(file)), file.pk],
        )


@audit.unaudited("see texts_read")
def texts_forget() -> int:
    """Have all texts read anew; return how many. They are found by what they were until then."""
    return FileText.objects.update(read_at=None, attempts=0)


def _entry(file: File) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the words of name and folder with their weights: a name says more of a file than its text does."""
    yield "A", words(fold(file.name))
    yield "B", words(fold(file.folder))


def _beginning(file: File) -> str:
    """Return the text that the file begins with; empty where it is none, or its bytes are not what they were."""
    data = bytearray()
    try:
        with objects().open_object(file.sha256, file.size) as source:
            while len(data) < BODY_BYTES and (piece := source.read(BODY_BYTES - len(data))):
                data += piece
    except (ObjectMissing, ObjectDamaged):
        return ""
    return text_of(bytes(data), head_bytes=HEAD_BYTES, whole=len(data) == file.size) or ""


# Saved searches


@transaction.atomic
def search_save(*, owner: "User", name: str, criteria: Criteria) -> SavedSearch:
    """Keep a search under a name. Conflict where the name is taken, or the account has very many."""
    _require_some(criteria)
    if SavedSearch.objects.filter(owner=owner).count() >= SAVED_MAX:
        raise Conflict(f"You have {SAVED_MAX} saved searches. Delete some first.", code="too_many_searches")
    with _told_if_taken():
        saved = SavedSearch.objects.create(owner=owner, name=name, criteria=criteria.as_json())
    audit.record("search.saved", actor=owner, target=saved)
    return saved


@transaction.atomic
def search_change(*, search: SavedSearch, actor: "User", changes: Mapping[str, Any]) -> SavedSearch:
    """Give a saved search another name or other criteria; what `changes` does not have stays."""
    if "name" in changes:
        search.name = changes["name"]
    if "criteria" in changes:
        _require_some(changes["criteria"])
        search.criteria = changes["criteria"].as_json()
    with _told_if_taken():
        search.save(update_fields=sorted(changes))
    audit.record("search.changed", actor=actor, target=search, detail={"fields": sorted(changes)})
    return search


@transaction.atomic
def search_delete(*, search: SavedSearch, actor: "User") -> None:
    """Forget a saved search."""
    audit.record("search.deleted", actor=actor, target=search, detail={"name": search.name})
    search.delete()


def _require_some(criteria: Criteria) -> None:
    if not criteria:
        raise Invalid.field("criteria", "There is nothing to search for.", "required")


@contextmanager
def _told_if_taken() -> Iterator[None]:
    """Have a name that the account uses already refused as such."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "saved_searches_name_once" not in str(error):
            raise
        detail = "You have a saved search of this name."
        raise Conflict(detail, code="name_taken", errors=[FieldError("name", "name_taken", detail)]) from None
