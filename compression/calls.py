"""One call of a person or a program: the work is done at once or by a worker; what it brought becomes a stored file."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.models import User
from compression import inspection, members, planning, selectors, services
from compression.choices import Operation
from compression.completion import TooLongForNow
from compression.engine.inspecting import Info
from compression.models import Result
from compression.planning import Plan
from compression.sources import Source
from core.access import get_visible
from core.errors import Unprocessable
from core.models import Job
from files import adoption
from files import services as files
from files.adoption import Adoption, Draft
from files.choices import Origin
from files.models import File
from files.staging import staging

TEXT_NAME = "text.txt"
# A call waits this long for one of the slots before it becomes a job.
SLOT_WAIT_S = 2.0

_slots = threading.BoundedSemaphore(settings.INLINE_SLOTS)


@dataclass(frozen=True)
class Input:
    """What to work on; exactly one of the three."""

    file_id: UUID | None = None
    upload: Any = None
    text: str | None = None

    @property
    def given(self) -> list[str]:
        """Names of those that are there."""
        parts = {"upload": self.upload, "file": self.file_id, "text": self.text}
        return [name for name, value in parts.items() if value is not None]


@contextmanager
def resolved(user: User, given: Input) -> Iterator[Source]:
    """Yield what to work on; if the call is refused nothing stays of what came with it."""
    if given.file_id is not None:
        yield Source(get_visible(File.objects, user, given.file_id, field="file"))
        return
    with _draft(user, given) as draft:
        source = Source.of(draft)
        try:
            yield source
        except Exception:
            if source.is_stored:
                files.file_delete(file=source.file, actor=user)
            raise


@contextmanager
def _draft(user: User, given: Input) -> Iterator[Draft]:
    if given.upload is not None:
        yield adoption.draft(user, Adoption(given.upload.staged, given.upload.name), Origin.UPLOAD)
        return
    with staging() as staged:
        staged.write((given.text or "").encode())
        yield adoption.draft(user, Adoption(staged, TEXT_NAME), Origin.TEXT)


@contextmanager
def slot() -> Iterator[bool]:
    """Yield whether there is a slot for work in this web process; it is held for the block."""
    free = _slots.acquire(timeout=SLOT_WAIT_S)
    try:
        yield free
    finally:
        if free:
            _slots.release()


def decompress(
    user: User,
    source: Source,
    *,
    algorithm: str = "",
    params: Mapping[str, Any] = {},
    unpack: bool | None = None,
    respond_async: bool = False,
) -> Result | Job:
    """Decompress, by the named algorithm or by what the bytes are found to be.

    Of an archive the members come out. `unpack` says whether they do of a tar archive in a compressed stream, or the
    tar; without it they do, unless the platform itself made the stream: then it gives back what it was given.
    """
    found = None if algorithm else _info(source)
    if found is not None and inspection.holds_files(found) and _to_unpack(source.file, found, unpack=unpack):
        return members.run(user, source.keep(), found, respond_async=respond_async)
    named = algorithm or (found.formats[0] if found else _made_with(source.file))
    plan = planning.plan(named, None, params, to_decode=True)
    return run(user, source, plan, Operation.DECOMPRESS, respond_async=respond_async)


def _info(source: Source) -> Info | None:
    """What the bytes are found to be; None for what bears no mark but was made here."""
    try:
        return inspection.inspect(source)
    except Unprocessable as error:
        if error.code == "unknown_format" and selectors.known_original(source.file.sha256):
            return None
        raise


def _made_with(source: File) -> str:
    made = selectors.known_original(source.sha256)
    return made.codec if made else ""


def _to_unpack(source: File, info: Info, *, unpack: bool | None) -> bool:
    """Whether the members of an archive are meant; see `decompress`."""
    if info.formats[0] in inspection.ARCHIVES:
        return True
    return selectors.known_original(source.sha256) is None if unpack is None else unpack


def run(
    user: User,
    source: Source,
    plan: Plan,
    operation: Operation,
    *,
    respond_async: bool = False,
    recommendation: str = "",
) -> Result | Job:
    """Do it now where it is small and nobody asked otherwise; have a worker do it where not.

    `recommendation`: the id of that which it follows; the result of a job says so.
    """
    size = source.file.size
    inline = planning.fits_inline(size, plan.seconds(operation, size))
    if inline and not respond_async:
        with slot() as free, suppress(TooLongForNow):
            if free:
                return services.result_make(owner=user, source=source, plan=plan, operation=operation)
    return services.result_request(
        owner=user, source=source.keep(), plan=plan, operation=operation, recommendation=recommendation
    )
