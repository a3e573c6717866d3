"""Reads of learning."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from compression.engine.learning.outcomes import Outcome as Found
from compression.engine.learning.outcomes import Trial, distinct, fault
from compression.learning import holdout
from compression.learning.choices import Origin, Scope
from compression.learning.models import (
    LearningNotice,
    LearningSettings,
    LearningState,
    ObjectiveWeight,
    Outcome,
    OutcomeTrial,
)
from core.choices import OPEN_JOBS, JobStatus
from core.models import Job

MOST = 1_000
"""Outcomes, the newest ones, that are learned from: a state of more takes too long to predict with."""
STEP = 200
OTHER = "other"
"""The action of what is not in the action set."""
_TRIAL = ("action", "sample_size", "sample_cpu_s", "size", "encode_s", "decode_s", "error")
_COLUMNS = (
    "content_sha256",
    "content_kind",
    "source_sha256",
    "size",
    "features",
    "machine_factor",
    "owner_id",
    "features_version",
    "action_set",
)


def rules_now() -> LearningSettings:
    """Return what is switched on; what a new installation has where nobody has said."""
    return LearningSettings.objects.first() or LearningSettings()


def weights() -> dict[str, float]:
    """Return how much each objective counts, those that count at all."""
    rows = ObjectiveWeight.objects.filter(weight__gt=0).order_by("objective")
    return dict(rows.values_list("objective", "weight"))


def outcomes_for_learning(*, newest: int = MOST, sources: Collection[str] | None = None) -> Iterator[Found]:
    """Yield audits as the engine learns from them, the newest first, in one query and little memory.

    Other outcomes have one action, or samples alone: they do not say which action is best, however many there are.
    `sources` names contents of files.
    """
    rows = Outcome.objects.filter(origin=Origin.AUDIT).order_by("-created_at", "-pk")
    if sources is not None:
        rows = rows.filter(source_sha256__in=sources)
    trials = (
        OutcomeTrial.objects.filter(outcome=OuterRef("pk"), scope__in=[Scope.CHUNK, Scope.SAMPLE])
        .order_by("position")
        .values(told=JSONObject(**{name: name for name in _TRIAL}))
    )
    told = rows.annotate(tried=ArraySubquery(trials)).values(*_COLUMNS, "tried")[:newest]
    return map(_found, told.iterator(chunk_size=STEP))


def _found(row: dict[str, Any]) -> Found:
    return Found(
        content=row["content_sha256"],
        kind=row["content_kind"],
        group=row["source_sha256"],
        size=row["size"],
        features=row["features"],
        machine=row["machine_factor"],
        trials={trial["action"]: Trial(**trial) for trial in row["tried"]},
        owner=str(row["owner_id"] or ""),
        features_version=row["features_version"],
        action_set=row["action_set"],
    )


def held_out_outcomes() -> list[Found]:
    """Return an outcome with all actions for each content that is held out."""
    found = outcomes_for_learning(sources=holdout.pinned())
    return distinct(outcome for outcome in found if not fault(outcome))


def open_job(kind: str) -> Job | None:
    """Return the job of a kind that waits or runs."""
    found: Job | None = Job.objects.filter(kind=kind, status__in=OPEN_JOBS).order_by("created_at").first()
    return found


def failed_since(kind: str, moment: datetime) -> bool:
    """Say whether a job of a kind has failed since then."""
    return Job.objects.filter(kind=kind, status=JobStatus.FAILED, ended_at__gt=moment).exists()


def new_contents(kind: str) -> int:
    """Return how many contents were measured with all actions since the last job of a kind was asked for."""
    found = Outcome.objects.filter(origin=Origin.AUDIT)
    last = Job.objects.filter(kind=kind).order_by("-created_at").first()
    if last is not None:
        found = found.filter(created_at__gt=last.created_at)
    count: int = found.aggregate(count=Count("content_sha256", distinct=True))["count"]
    return count


def states_that_served(most: int) -> list[LearningState]:
    """Return the states that have served last, in the order of their numbers."""
    found = states().filter(served_at__isnull=False).order_by("-served_at")[:most]
    return sorted(found, key=lambda row: row.number)


def states() -> QuerySet[LearningState]:
    """Return all states, the newest first, in one query and without their packed forms."""
    return LearningState.objects.select_related("parent", "made_by").defer("packed", "parent__packed")


def notices() -> QuerySet[LearningNotice]:
    """Return what staff were told, the latest first, in one query."""
    return LearningNotice.objects.select_related("state").defer("state__packed")
