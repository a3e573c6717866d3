"""Reads of optimisations and strategies."""

import base64
import json
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from rest_framework.utils.encoders import JSONEncoder

from compression import planning
from compression.api.optimising_serializers import OptimisationDetailOut
from compression.optimising.choices import TrialKind
from compression.optimising.models import Optimisation, Strategy, Trial
from compression.planning import Plan
from core.errors import FieldError, Unprocessable

if TYPE_CHECKING:
    from accounts.models import User

CODEC = "dcz"
SHOWN_TRIALS = 500
"""So many trials are in the answer of an optimisation; the list of its trace has the others."""


def optimisations(user: "User") -> QuerySet[Optimisation]:
    """Return the optimisations that `user` may see, with what a row of a list shows, in one query."""
    found: QuerySet[Optimisation] = Optimisation.objects.visible_to(user)
    return found.select_related("owner", "job", "file", "result__output", "algorithm_created")


def optimisation_body(row: Optimisation) -> dict[str, Any]:
    """Return an optimisation in the shape of the API, as plain JSON."""
    body: dict[str, Any] = json.loads(
        json.dumps(OptimisationDetailOut(row, context={"trace": short_trace(row)}).data, cls=JSONEncoder)
    )
    return body


def short_trace(row: Optimisation) -> list[Trial]:
    """Return all that was tried out on the content, and the first trials of the searches, in order."""
    tried = list(row.trace.exclude(kind=TrialKind.TRIAL))
    trials = list(row.trace.filter(kind=TrialKind.TRIAL)[:SHOWN_TRIALS])
    return sorted([*tried, *trials], key=lambda trial: trial.number)


def strategies() -> QuerySet[Strategy]:
    """Return the strategies that take new work, the usual one first."""
    return Strategy.objects.filter(enabled=True)


def strategy_named(name: str = "") -> Strategy:
    """Return a strategy, or the usual one; Unprocessable where there is none, or it is switched off."""
    if not name:
        usual = strategies().first()
        if usual is None:
            raise Unprocessable("All strategies are switched off.", code="no_strategy")
        return usual
    found = Strategy.objects.filter(name=name).first()
    if found is not None and found.enabled:
        return found
    known = ", ".join(strategies().values_list("name", flat=True))
    detail = f"There is no strategy “{name}”. Known: {known}."
    code = "unknown_strategy"
    if found is not None:
        detail, code = f"The strategy “{name}” is switched off. Known: {known}.", "strategy_disabled"
    raise Unprocessable(detail, code=code, errors=[FieldError("strategy", code, detail)])


def plan_of(row: Optimisation, user: "User") -> Plan:
    """The codec with the best pipeline; content beyond the part that was looked at may be searched again."""
    if row.pipeline is None:
        raise RuntimeError("a search that has ended has a best pipeline")
    more = row.content_bytes is not None and row.original_size > row.content_bytes
    params = {
        "objective": row.objective,
        "pipeline": base64.b64encode(bytes(row.pipeline)).decode(),
        "adapt": more,
    }
    return planning.plan(CODEC, None, params, user=user)
