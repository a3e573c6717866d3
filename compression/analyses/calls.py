"""One call for an analysis: done at once, whatever the size, unless the client or the machine has it otherwise."""

from contextlib import suppress
from typing import TYPE_CHECKING

from compression import calls
from compression.analyses import selectors, services
from compression.analyses.models import Analysis
from compression.completion import TooLongForNow
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File


def run(user: "User", source: "File", *, respond_async: bool = False) -> Analysis | Job:
    """Return what is known, or look at it now; have a worker do it where no slot is free."""
    known = selectors.analysis_of(user, source)
    if known is not None and known.file.deleted_at is None:
        return known
    if not respond_async:
        with calls.slot() as free, suppress(TooLongForNow):
            if free:
                return services.analysis_make(owner=user, source=source)
    return services.analysis_request(owner=user, source=source)
