"""Looking at a stored file: no more of it is read than is looked at, wherever it lies."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings

from compression.completion import TooLongForNow
from compression.engine import errors as engine
from compression.engine import places
from compression.engine.analysed import Analysis
from compression.engine.isolation.analyse import analyse
from compression.errors import translate
from core.jobs import JobContext
from files import services as files
from files.staging import staging

if TYPE_CHECKING:
    from files.models import File

BUDGET_CPU_S = 2.0
# A file that lies elsewhere is brought here whole up to this size; of a larger one, only what is looked at.
FETCHED_WHOLE = places.WINDOWS * places.WINDOW


def look(source: "File", ctx: JobContext | None = None) -> Analysis:
    """Analyse the file in a child; TooLongForNow beyond the time of calls that are answered at once."""
    until = time.monotonic() + settings.INLINE_WALL_S
    with looked_at(source) as fd:
        try:
            return analyse(
                fd,
                budget_cpu_s=BUDGET_CPU_S,
                should_stop=ctx.stopping if ctx else lambda: time.monotonic() > until,
            )
        except engine.Stopped:
            if ctx is None:
                raise TooLongForNow from None
            ctx.check()
            raise
        except engine.EngineError as error:
            raise translate(error) from error


@contextmanager
def looked_at(source: "File") -> Iterator[int]:
    """Yield a descriptor of the file, or of one that has its bytes where an analysis looks and zeros elsewhere."""
    with files.file_open(source) as stored:
        if files.has_descriptor(stored):
            os.lseek(stored.fileno(), 0, os.SEEK_SET)
            yield stored.fileno()
            return
        if source.size > FETCHED_WHOLE:
            with staging(FETCHED_WHOLE) as copy:
                os.ftruncate(copy.fileno(), source.size)
                for offset, length in sorted(places.everything(source.size)):
                    stored.seek(offset)
                    os.pwrite(copy.fileno(), stored.read(length), offset)
                yield copy.fileno()
            return
    with files.file_on_disk(source) as whole:
        yield whole.fileno()
