"""Kinds of jobs: what the apps register, by name, with bodies of one line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from core.registry import Registry

if TYPE_CHECKING:
    from core.jobs.context import JobContext

Body = Callable[["JobContext"], "dict[str, Any] | None"]


@dataclass(frozen=True)
class JobKind:
    """How jobs of one name are run.

    `title` is what people read; `result_status` is the HTTP status that the call would have answered at once.
    """

    name: str
    title: str
    body: Body
    queue: str
    timeout_s: int
    max_attempts: int
    result_status: int


kinds: Registry[JobKind] = Registry("kind of job")


def job(
    name: str,
    *,
    title: str,
    queue: str = "cpu",
    timeout_s: int | None = None,
    max_attempts: int = 3,
    result_status: int = 200,
) -> Callable[[Body], Body]:
    """Register the decorated function as the body of jobs of the kind `name`."""

    def register(body: Body) -> Body:
        limit = timeout_s or settings.JOB_TIMEOUT_S
        kinds.add(name, JobKind(name, title, body, queue, limit, max_attempts, result_status))
        return body

    return register
