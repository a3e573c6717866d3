"""Reads of the ledger for the dashboard: each is one query, over so many of the newest rows at most."""

import math
from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, FloatField, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from compression.engine.learning.tables import TICK_S
from compression.engine.searching.objective import LINK_MB_S, MB, Objective
from compression.learning.choices import Origin, Scope
from compression.learning.models import LearningState, Outcome, OutcomeTrial

NEWEST = 1000
"""Outcomes whose trials are looked at."""
AUDITS = 10_000
"""Audits that the prequential figures are made of."""
MOVING = 50
"""Audits in one mean that moves."""
POINTS = 60
FOLLOWED = 50_000
"""Audits that are followed as they came, the newest ones."""
SCATTER = 150
SPEEDS = {"compress_mb_s": "encode_s", "decompress_mb_s": "decode_s"}
QUANTITIES = ("ratio", *SPEEDS)

_CHARGED = Cast(KeyTextTransform("charged", "judged"), FloatField())


# Prequential: each audit, judged by the state that served before it was known


def audits() -> "QuerySet[Outcome]":
    """Return the audits that the serving state was judged on."""
    return Outcome.objects.filter(origin=Origin.AUDIT, judged__isnull=False)


class Judgements(NamedTuple):
    """Audits of one file under states of so many `outcomes`: their number `n` and the sum of their charged regrets."""

    kind: str
    source: str
    outcomes: int
    n: int
    charged: float


def judgements() -> list[Judgements]:
    """Return the regrets of audits, summed by content and by how much the state that served had learned from."""
    newest = audits().order_by("-created_at").values("pk")[:AUDITS]
    rows = (
        Outcome.objects.filter(pk__in=newest)
        .order_by("content_kind", "source_sha256")
        .values_list("content_kind", "source_sha256", "state__outcomes")
        .annotate(n=Count("pk"), charged=Sum(_CHARGED))
    )
    return [Judgements(kind, source, known or 0, n, sum_) for kind, source, known, n, sum_ in rows]


class Moving(NamedTuple):
    """The mean charged regret of the `n` audits up to one, which was the `number`th."""

    number: int
    at: datetime
    mean: float
    deviation: float
    n: int


def moving_regret() -> list[Moving]:
    """Return how regret went on, as a moving mean, at POINTS places, as many in each doubling."""
    total = audits().count()
    newest = audits().order_by("-created_at").values_list("created_at", _CHARGED)[:FOLLOWED]
    rows = [*newest][::-1]
    first = total - len(rows)
    sums = [0.0, *accumulate(charged for _, charged in rows)]
    squares = [0.0, *accumulate(charged * charged for _, charged in rows)]
    found = []
    for end in sorted({round(len(rows) ** (step / POINTS)) for step in range(1, POINTS + 1)} if rows else ()):
        n = min(end, MOVING)
        if n > 1:
            mean = (sums[end] - sums[end - n]) / n
            variance = max(0.0, (squares[end] - squares[end - n] - n * mean * mean) / (n - 1))
            found.append(Moving(first + end, rows[end - 1][0], mean, math.sqrt(variance), n))
    return found


# Predicted and measured


def _measured(origin: Origin) -> "QuerySet[OutcomeTrial]":
    """Trials on whole chunks that gave something."""
    return OutcomeTrial.objects.filter(
        outcome__origin=origin, scope=Scope.CHUNK, size__gt=0, error="", encode_s__gte=0, decode_s__gte=0
    )


def _number(path: str) -> Cast:
    return Cast(F(path), FloatField())


_RATIO = F("content_bytes") * 1.0 / F("size")


def _mb_s(seconds: str) -> Any:
    return F("content_bytes") / MB / (F(seconds) + TICK_S)


class Covered(NamedTuple):
    """Audited contents that an action was predicted for, and for how many the interval of each quantity held."""

    action: str
    n: int
    inside: dict[str, int]


def covered(state: LearningState) -> list[Covered]:
    """Return how often what came lay within the intervals of 90 % that a state had given, by action."""
    newest = (
        Outcome.objects.filter(origin=Origin.AUDIT, state=state).order_by("-created_at").values("pk")[:NEWEST]
    )
    trials = _measured(Origin.AUDIT).filter(outcome__in=newest, predicted__isnull=False)
    actual = {"ratio": _RATIO, **{name: _mb_s(seconds) for name, seconds in SPEEDS.items()}}
    ends = {
        f"{name}_{end}": _number(f"predicted__{name}__{place}")
        for name in QUANTITIES
        for place, end in ((1, "low"), (2, "high"))
    }
    trials = trials.annotate(**ends, **{f"{name}_came": found for name, found in actual.items()})
    held = {
        name: Count(
            "pk",
            filter=Q(**{f"{name}_came__gte": F(f"{name}_low"), f"{name}_came__lte": F(f"{name}_high")}),
        )
        for name in QUANTITIES
    }
    rows: Any = trials.values("action").annotate(n=Count("pk"), **held).order_by("action")
    return [Covered(row["action"], row["n"], {name: row[name] for name in QUANTITIES}) for row in rows]


class Told(NamedTuple):
    """The ratio that was predicted for the action of a run, `[value, low, high]`, and the one that came."""

    outcome: UUID
    at: datetime
    kind: str
    action: str
    predicted: list[float]
    ratio: float

    @property
    def is_inside(self) -> bool:
        """Whether it lay within its interval of 90 %."""
        return self.predicted[1] <= self.ratio <= self.predicted[2]


def told(state: LearningState, most: int) -> list[Told]:
    """Return the newest runs that a state had predicted, the oldest of them first."""
    newest = (
        Outcome.objects.filter(origin=Origin.RUN, state=state).order_by("-created_at").values("pk")[:most]
    )
    rows = (
        _measured(Origin.RUN)
        .filter(outcome__in=newest, predicted__isnull=False)
        .annotate(came=_RATIO)
        .order_by("-created_at", "-pk")
        .values_list(
            "outcome_id", "created_at", "outcome__content_kind", "action", "predicted__ratio", "came"
        )
    )
    return [Told(*row) for row in rows][::-1]


# Which actions win where


class Win(NamedTuple):
    """The action that cost least on an audited content."""

    outcome: UUID
    kind: str
    action: str


def wins(objective: Objective) -> list[Win]:
    """Return the best action of each of the newest audits."""
    newest = Outcome.objects.filter(origin=Origin.AUDIT).order_by("-created_at").values("pk")[:NEWEST]
    rows = (
        _measured(Origin.AUDIT)
        .filter(outcome__in=newest)
        .annotate(cost=_cost(objective))
        .order_by("outcome_id", "cost", "position")
        .distinct("outcome_id")
    )
    return [Win(*row) for row in rows.values_list("outcome_id", "outcome__content_kind", "action")]


def _cost(objective: Objective) -> Any:
    """As `engine.learning.deciding.costs`, for objectives that ask for no speed."""
    share = F("size") * 1.0 / F("content_bytes")
    if objective is not Objective.BALANCED:
        return share
    seconds = (F("encode_s") + F("decode_s") + 2 * TICK_S) / F("outcome__machine_factor")
    return share / LINK_MB_S + seconds * MB / F("content_bytes")
