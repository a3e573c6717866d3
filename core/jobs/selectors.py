"""Reads of jobs."""

from typing import Any

from core.models import Job

SHOWN = 5


def start_card(user: Any) -> dict[str, Any]:
    """Return the account's latest jobs, the open ones first."""
    own = Job.objects.filter(owner=user).order_by("-created_at")
    latest = list(own.filter(ended_at=None)[:SHOWN])
    if len(latest) < SHOWN:
        latest += own.filter(ended_at__isnull=False)[: SHOWN - len(latest)]
    return {"jobs": latest}
