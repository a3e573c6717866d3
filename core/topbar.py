"""What the top bar of every page counts."""

from functools import cached_property
from typing import Any

from django.db.models import Count, Value

from core.choices import OPEN_JOBS
from core.models import Job, Notification


class Counts:
    """What of an account's own goes on and waits to be read, in one query and only where a page shows it."""

    def __init__(self, user: Any) -> None:
        self._user = user

    def jobs(self) -> int:
        """Jobs that wait or run."""
        return self._found.get("jobs", 0)

    def unread(self) -> int:
        """Notifications that are unread."""
        return self._found.get("unread", 0)

    @cached_property
    def _found(self) -> dict[str, int]:
        jobs = Job.objects.filter(owner=self._user, status__in=OPEN_JOBS)
        unread = Notification.objects.filter(owner=self._user, read_at=None)
        return dict(_counted(jobs, "jobs").union(_counted(unread, "unread"), all=True))


def _counted(rows: Any, name: str) -> Any:
    """Return rows of a name and a number, for a union; nothing where there are none."""
    return (
        rows.order_by()
        .annotate(what=Value(name))
        .values("what")
        .annotate(n=Count("pk"))
        .values_list("what", "n")
    )
