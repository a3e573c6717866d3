"""Recommend and compress, in one call."""

from typing import TYPE_CHECKING, Any

from compression import calls, planning
from compression.choices import Operation
from compression.models import Result
from compression.recommending import services
from compression.recommending.models import Recommendation
from compression.sources import Source
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User


def compress(
    user: "User", source: Source, *, respond_async: bool = False, **asked: Any
) -> tuple[Result | Job, Recommendation]:
    """Compress with what is recommended first, at once or by a worker; for `asked` see `recommendation_make`."""
    made = services.recommendation_make(owner=user, source=source.keep(), **asked)
    best = made.found.best
    plan = planning.plan(best.algorithm, best.level, best.params, user=user)
    done = calls.run(
        user, source, plan, Operation.COMPRESS, respond_async=respond_async, recommendation=str(made.pk)
    )
    return done, made
