"""Who asks, and under which request or job: known to logs, audit rows and errors without being passed on."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Context:
    """What the present thread works for. `request_id` goes with a job that the request began."""

    request_id: str = ""
    address: str = ""
    job_id: UUID | None = None


_NOBODY = Context()
_current: ContextVar[Context] = ContextVar("context", default=_NOBODY)


def current() -> Context:
    """Return the context of this thread."""
    return _current.get()


@contextmanager
def use(context: Context) -> Iterator[Context]:
    """Make `context` the current one within the block."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
