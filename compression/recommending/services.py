"""All writes of recommendations."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from compression.engine.learning.deciding import BUDGET_S
from compression.engine.learning.outcomes import Outcome, Trial
from compression.engine.learning.recommended import SEARCH
from compression.engine.learning.recommended import Recommendation as Found
from compression.learning.choices import Origin
from compression.learning.models import LearningState
from compression.learning.predicting import as_json
from compression.learning.services import Facts, outcome_record
from compression.learning.serving import serving
from compression.recommending.making import make
from compression.recommending.models import Recommendation
from core import audit

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File

log = logging.getLogger(__name__)


def recommendation_make(
    *,
    owner: "User",
    source: "File",
    objective: str,
    constraints: Mapping[str, Any] = {},
    budget_cpu_s: float | None = BUDGET_S,
) -> Recommendation:
    """Recommend what to compress `source` with, and keep it; without a budget nothing is tried."""
    served = serving()
    asked = {name: value for name, value in constraints.items() if value}
    found = make(
        owner,
        source,
        served.state,
        objective=objective,
        constraints=asked,
        budget_cpu_s=budget_cpu_s or None,
    )
    with transaction.atomic():
        made: Recommendation = Recommendation.objects.create(
            owner=owner,
            file=source,
            content_sha256=source.sha256,
            content_kind=source.kind,
            original_size=source.size,
            objective=objective,
            constraints=asked,
            state=served.row,
            report=found.config(),
        )
        detail = {"objective": objective, "algorithm": found.best.algorithm}
        audit.record("file.recommended", actor=owner, target=made, detail=detail)
    _note(made, found, served.row)
    return made


def _note(made: Recommendation, found: Found, state: LearningState | None) -> None:
    """Write down what was tried for the decision. The answer is there already, whatever becomes of this."""
    if not any(one.tried for one in found.entries):
        return
    try:
        outcome_record(
            found=_outcome(made, found),
            facts=Facts(
                origin=Origin.DECISION,
                source_id=made.pk,
                source_sha256=made.content_sha256,
                offset=0,
                owner_id=made.owner_id,
                media_type=made.file.media_type,
                state=state,
                objective=made.objective,
                chosen=found.best.action,
                cpu_seconds=found.cpu_s,
            ),
            predicted={one.action: as_json(one.prediction) for one in found.entries if one.action != SEARCH},
        )
    except Exception:
        log.exception("the trials of recommendation %s were not written down", made.pk)


def _outcome(made: Recommendation, found: Found) -> Outcome:
    """The sample as a chunk of its own, with what was tried on it."""
    trials = {
        one.action: Trial(one.action, one.tried.size, one.tried.cpu_s) for one in found.entries if one.tried
    }
    return Outcome(
        content=found.sample_sha256,
        kind=made.content_kind,
        group=made.content_sha256,
        size=found.sample_bytes,
        features=found.features,
        machine=found.machine,
        trials=trials,
        owner=str(made.owner_id),
    )
