"""Jobs of a moment with what is not remembered of them: what people called them, and whose they are."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from core.models import Job


def with_titles(jobs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the jobs with `title` and `owner_id` as they are now, in one query; empty and None of deleted ones."""
    ids = [found for job in jobs if (found := _id_of(job)) is not None]
    known = {pk: (title, owner) for pk, title, owner in _rows(ids)}
    made = []
    for job in jobs:
        title, owner = known.get(_id_of(job), ("", None))
        made.append({**job, "title": title, "owner_id": owner and str(owner)})
    return made


def _rows(ids: list[UUID]) -> Any:
    return Job.objects.filter(pk__in=ids).values_list("pk", "title", "owner_id")


def _id_of(job: Mapping[str, Any]) -> UUID | None:
    with suppress(ValueError):
        return UUID(str(job.get("id")))
    return None
