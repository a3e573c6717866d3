"""Kinds of jobs: what the apps register, by name, with bodies of one line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from core.registry import Registry

if TYPE_CHECKING:
    from core.jobs.context import JobContext
    from core.models import Job

Body = Callable[["JobContext"], "dict[str, Any] | None"]
Reason = Callable[["Job"], str]


def _repeatable(job: "Job") -> str:
    return ""


@dataclass(frozen=True)
class JobKind:
    """How jobs of one name are run.

    `title` is what people read; `result_status` is the HTTP status that the call would have answered at once;
    `page` is the URL name of the page that shows what the result's `id`, or another key of it, names; `spent` says why
    an ended job cannot be done again, or nothing where it can.
    """

    name: str
    title: str
    body: Body
    queue: str
    timeout_s: int
    max_attempts: int
    result_status: int
    page: str
    key: str
    spent: Reason = _repeatable

    def result_url(self, result: dict[str, Any] | None) -> str:
        """Return the address of the result's page, or nothing where it has none."""
        shown = self.page and result and result.get(self.key)
        return reverse(self.page, args=[shown]) if shown else ""


kinds: Registry[JobKind] = Registry("kind of job")


def job(
    name: str,
    *,
    title: str,
    queue: str = "cpu",
    timeout_s: int | None = None,
    max_attempts: int = 3,
    result_status: int = 200,
    page: str = "",
    key: str = "id",
    spent: Reason = _repeatable,
) -> Callable[[Body], Body]:
    """Register the decorated function as the body of jobs of the kind `name`."""

    def register(body: Body) -> Body:
        limit = timeout_s or settings.JOB_TIMEOUT_S
        kind = JobKind(name, title, body, queue, limit, max_attempts, result_status, page, key, spent)
        kinds.add(name, kind)
        return body

    return register
