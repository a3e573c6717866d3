"""One call for a comparison: measured at once where it is small, by a worker where not."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings

from compression import calls
from compression.choices import Operation
from compression.compare import services
from compression.compare.measuring import LEAST, Rules
from compression.compare.models import Comparison
from compression.completion import TooLongForNow
from compression.planning import Plan
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File

BUDGET_S = 60.0
# To fork two children, whatever they do.
RUN_S = 0.02


def run(
    user: "User",
    source: "File",
    plans: Sequence[Plan],
    *,
    budget_s: float | None = None,
    seed: int | None = None,
    repetitions: int | None = None,
    respond_async: bool = False,
) -> Comparison | Job:
    """Measure now where the fewest useful runs fit into the time of such calls and no longer one is asked for."""
    seed = secrets.randbelow(2**53) if seed is None else seed
    needed = _seconds(plans, source.size) * (repetitions or LEAST)
    small = source.size <= settings.INLINE_LIMIT_BYTES and needed <= settings.INLINE_LIMIT_S
    if small and not respond_async and (budget_s is None or budget_s <= settings.INLINE_LIMIT_S):
        rules = Rules(budget_s or settings.INLINE_LIMIT_S, seed, repetitions)
        with calls.slot() as free, suppress(TooLongForNow):
            if free:
                return services.comparison_make(owner=user, source=source, plans=plans, rules=rules)
    rules = Rules(budget_s or BUDGET_S, seed, repetitions)
    return services.comparison_request(owner=user, source=source, plans=plans, rules=rules)


def _seconds(plans: Sequence[Plan], size: int) -> float:
    """Roughly how long one run of each takes; to decompress takes no longer than to compress."""
    return sum(2 * plan.seconds(Operation.COMPRESS, size) + RUN_S for plan in plans)
