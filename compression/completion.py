"""How work ends that is answered at once: kept in one transaction, or given up for a job."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from core.jobs.context import Completion


class TooLongForNow(Exception):
    """The call takes more than an answer at once may: it needs a job."""


@contextmanager
def plain_completion() -> Iterator[Completion]:
    """One transaction in which results are stored, in place of `JobContext.completing` where there is no job."""
    with transaction.atomic():
        yield Completion()
