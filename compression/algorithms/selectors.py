"""Reads of algorithms for their pages."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from compression.algorithms.services import KIND
from compression.choices import AlgorithmKind
from compression.history import rows
from compression.models import Algorithm, AlgorithmVersion, HistoryEntry
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User

RECENT = 8


def recent_outcomes(user: "User", algorithm: Algorithm) -> list[rows.Row]:
    """Return the latest outcomes of the algorithm that `user` may see."""
    found = HistoryEntry.objects.visible_to(user).filter(algorithm=algorithm.name)
    return rows.shown(user, list(found.order_by("-created_at")[:RECENT]))


def latest_test_job(user: "User", algorithm: Algorithm) -> Job | None:
    """Return the latest job that tests the algorithm and that `user` may see."""
    found: Job | None = (
        Job.objects.visible_to(user)
        .filter(subject_type=Algorithm._meta.db_table, subject_id=algorithm.pk, kind=KIND)
        .order_by("-created_at")
        .first()
    )
    return found


def codecs(user: "User") -> QuerySet[Algorithm]:
    """Return the codecs that presets may be made of."""
    return Algorithm.objects.usable_by(user).filter(kind=AlgorithmKind.CODEC)


def versions(algorithm: Algorithm) -> list[dict[str, Any]]:
    """Return the settings of each version of a preset in the shape of the API, the latest first; none of a codec."""
    return [_version(row) for row in algorithm.versions.all()] if algorithm.is_dynamic else []


def _version(row: AlgorithmVersion) -> dict[str, Any]:
    params = dict(row.config)
    codec, level = params.pop("id"), params.pop("level", None)
    return {
        "version": row.version,
        "algorithm": codec,
        "level": level,
        "params": params,
        "created_at": row.created_at,
    }
