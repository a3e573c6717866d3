"""Writes of what searches read: the words of texts. Saved searches are in `files.search.saved`."""

import logging
import time
from collections.abc import Iterable, Iterator

from django.contrib.postgres.search import SearchVectorField
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast, Now

from core import audit
from core.errors import Unavailable
from core.text import storable
from files.detection import HEAD_BYTES, text_of
from files.errors import ObjectDamaged, ObjectMissing
from files.models import File, FileText
from files.search.words import fold, vector, words
from files.storage import objects

log = logging.getLogger(__name__)

BODY_BYTES = 256 * 1024
"""How much of a file's content is searched in."""
ATTEMPTS = 3
STEP = 50


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
