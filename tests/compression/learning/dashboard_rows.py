"""Rows that the dashboard of learning shows: outcomes that were predicted and judged, and a state that was."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from compression.engine.learning.outcomes import Outcome as Found
from compression.learning import services, states
from compression.learning.choices import Origin
from compression.learning.models import LearningState, Outcome
from tests.compression.learning.material import learned, told

RATE = {"rate": 0.004, "low": 0.001, "high": 0.009}
FIGURES = {
    "evaluated_on": 16,
    "improvement": {**RATE, "evaluated_on": 16},
    "control": {"rate": -0.02, "low": -0.03, "high": -0.01},
    "advantage": RATE,
    "regret": {"before": 0.05, "after": 0.03},
    "curve": [
        {"state": 1, "outcomes": 0, "rate": 0.05, "low": 0.03, "high": 0.07},
        {"state": None, "outcomes": 40, "rate": 0.03, "low": 0.02, "high": 0.05},
    ],
}
PREDICTED = {
    "ratio": [2.0, 1.0, 4.0],
    "compress_mb_s": [90.0, 50.0, 200.0],
    "decompress_mb_s": [1.0, 0.5, 2.0],
}


def kept(
    number: int, origin: Origin = Origin.AUDIT, action: str = "", judged: Mapping[str, Any] | None = None
) -> Outcome:
    """Write down an outcome that the serving state had predicted, and was judged on."""
    found: Found = told(number)
    if action:
        found = replace(found, trials={action: found.trials[action]})
    judged = judged or {
        "chosen": {"ratio": "xz-6", "balanced": "zstd-1"},
        "regret": {"ratio": 0.02, "balanced": 0.0},
        "decision_cpu_s": {"ratio": 0.1, "balanced": 0.01},
        "charged": 0.01 * (number % 5),
    }
    row = services.outcome_record(
        found=found,
        facts=services.Facts(
            origin=origin,
            source_id=uuid4(),
            source_sha256=found.group,
            offset=0,
            state=LearningState.objects.get(status="serving"),
            chosen=action,
            judged=judged if origin == Origin.AUDIT else None,
        ),
        predicted=dict.fromkeys(found.trials, PREDICTED),
    )
    assert row is not None
    return row


def judged_state() -> LearningState:
    return states.state_keep(
        state=learned(1), lineage={"refused": {"held out": 7}, "collected": 50}, figures=FIGURES, outcomes=40
    )
