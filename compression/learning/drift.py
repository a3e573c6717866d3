"""Drift: whether the serving state still predicts as well as it did, by what was predicted and what came."""

import math
from dataclasses import dataclass
from statistics import fmean

from compression.learning import selectors, states
from compression.learning.choices import NoticeKind, Origin, Scope, StateStatus
from compression.learning.models import LearningNotice, LearningState, OutcomeTrial
from compression.statistics import Estimate, proportion
from core import audit

RECENT = 50
"""Outcomes that stand for now."""
BEFORE = 500
"""Outcomes before these that they are compared with, at most."""
LEAST = 20
"""So few outcomes say nothing."""
OUTSIDE = 0.1
"""The share that is outside of intervals of 90 % where they are right."""


@dataclass(frozen=True)
class Drift:
    """What came of runs, beside what the serving state had predicted: the ratio on the chunk that was measured.

    `outside` is the share of the latest that lay outside of their intervals of 90 %; `error_now` and `error_before`
    are mean absolute errors of the logarithm (to base 2) of the ratio, None where there is nothing.
    """

    state: LearningState
    outcomes: int
    outside: Estimate | None
    error_now: float | None
    error_before: float | None

    @property
    def is_worse(self) -> bool:
        """Whether more than chance says that it predicts worse than it did."""
        if self.outside is None or self.outcomes < LEAST or (self.outside.low or 0.0) <= OUTSIDE:
            return False
        return self.error_before is None or (self.error_now or 0.0) > self.error_before


def drift_now() -> Drift | None:
    """Compare what the serving state predicted of late with what came; None where no state serves."""
    row = selectors.states().filter(status=StateStatus.SERVING).first()
    if row is None:
        return None
    trials = OutcomeTrial.objects.filter(
        outcome__state=row,
        outcome__origin=Origin.RUN,
        scope=Scope.CHUNK,
        size__gt=0,
        predicted__isnull=False,
    ).order_by("-created_at")
    rows = trials.values_list("content_bytes", "size", "predicted")[: RECENT + BEFORE]
    found = [
        _Told(content / size, predicted["ratio"]) for content, size, predicted in rows if size and predicted
    ]
    now, before = found[:RECENT], found[RECENT:]
    return Drift(
        state=row,
        outcomes=len(now),
        outside=proportion(sum(one.is_outside for one in now), len(now)),
        error_now=_mean_error(now),
        error_before=_mean_error(before) if len(before) >= LEAST else None,
    )


class _Told:
    """One prediction with what came."""

    def __init__(self, ratio: float, told: list[float]) -> None:
        value, low, high = told
        self.error = abs(math.log2(ratio / value)) if value > 0 else math.inf
        self.is_outside = not low <= ratio <= high


def _mean_error(found: list[_Told]) -> float | None:
    return fmean(one.error for one in found) if found else None


@audit.unaudited("a notice of the platform's own")
def drift_watch() -> LearningNotice | None:
    """Tell staff, once, where the serving state predicts worse than it did."""
    if not selectors.rules_now().drift_notices:
        return None
    found = drift_now()
    if found is None or not found.is_worse or found.outside is None:
        return None
    outside = found.outside
    text = (
        f"State {found.state.number} predicts worse than it did: {outside.value:.0%} of the latest {found.outcomes} "
        f"outcomes lay outside of their intervals of 90 % ({outside.low:.0%} to {outside.high:.0%})."
    )
    detail = {"outside": outside._asdict(), "error_now": found.error_now, "error_before": found.error_before}
    return states.notice_give(kind=NoticeKind.DRIFT, state=found.state, text=text, detail=detail)
