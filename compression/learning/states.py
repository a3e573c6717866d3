"""All writes of states and notices: which state serves is decided here, and audited."""

import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from compression.engine.analysis.features import FEATURES_VERSION
from compression.engine.learning.actions import ACTION_SET_VERSION
from compression.engine.learning.state import State
from compression.learning.accounts import administrators, staff
from compression.learning.choices import NoticeKind, StateStatus
from compression.learning.events import LearningChanged, LearningNoticed
from compression.learning.models import STATE_MACHINE, LearningNotice, LearningState
from compression.learning.reading import unpacked
from compression.learning.selectors import states
from core import audit
from core.errors import Conflict
from core.events import publish
from core.notifications.choices import Level
from core.notifications.services import notify

if TYPE_CHECKING:
    from accounts.models import User
    from core.models import Job

log = logging.getLogger(__name__)
BY_STAFF = "Staff retired it."
NOTICE = "learning.noticed"
"""The kind of notification."""


@transaction.atomic
def state_keep(
    *,
    state: State,
    lineage: Mapping[str, Any],
    figures: Mapping[str, Any],
    outcomes: int = 0,
    actor: "User | None" = None,
    job: "Job | None" = None,
) -> LearningState:
    """Keep a state as a candidate; one that is kept already is returned as it is."""
    _lock()
    known: LearningState | None = states().filter(name=state.name).first()
    if known is not None:
        return known
    last = LearningState.objects.aggregate(last=Max("number"))["last"]
    row: LearningState = LearningState.objects.create(
        number=0 if last is None else last + 1,
        parent=_parent(),
        name=state.name,
        packed=state.packed(),
        action_set=ACTION_SET_VERSION,
        features_version=FEATURES_VERSION,
        outcomes=outcomes,
        lineage=dict(lineage),
        figures=dict(figures),
        made_by=actor,
        job=job,
    )
    audit.record("learning_state.made", actor=actor, target=row, detail={"number": row.number})
    publish(LearningChanged(row.pk, row.number, row.status, staff()))
    return row


@transaction.atomic
def state_promote(*, state: LearningState, actor: "User | None", reason: str = "") -> LearningState:
    """Have a state serve, in place of the one that does; Conflict where it cannot be read, or was refused."""
    _lock()
    row = states().get(pk=state.pk)
    if row.status == StateStatus.SERVING:
        return row
    STATE_MACHINE.require(row.status, StateStatus.SERVING)
    if unpacked(row.pk) is None:
        raise Conflict(
            f"State {row.number} cannot serve: it is damaged, or of another set of actions.",
            code="state_unsound",
        )
    before = states().filter(status=StateStatus.SERVING).first()
    if before is not None:
        _set(before, StateStatus.RETIRED, f"State {row.number} serves in its place.")
    _set(row, StateStatus.SERVING, reason or "Staff chose it.")
    detail = {"number": row.number, "before": before.number if before else None}
    audit.record("learning_state.promoted", actor=actor, target=row, detail=detail)
    return row


@transaction.atomic
def state_retire(*, state: LearningState, actor: "User | None") -> LearningState:
    """Have the state that served before serve again; a candidate is refused. Conflict where there is no other."""
    _lock()
    row = states().get(pk=state.pk)
    if row.status == StateStatus.CANDIDATE:
        return state_refuse(state=row, actor=actor, reason="Staff refused it.")
    if row.status != StateStatus.SERVING:
        raise Conflict(f"State {row.number} does not serve.", code="not_serving")
    other = next((one for one in _before() if unpacked(one.pk) is not None), None)
    if other is None:
        raise Conflict("No other state has served: there is none to go back to.", code="no_other_state")
    state_promote(state=other, actor=actor, reason=f"State {row.number} was retired.")
    row.refresh_from_db()
    _set(row, StateStatus.RETIRED, BY_STAFF)
    audit.record("learning_state.retired", actor=actor, target=row, detail={"number": row.number})
    return row


@transaction.atomic
def state_refuse(*, state: LearningState, actor: "User | None", reason: str) -> LearningState:
    """Say for ever that a candidate does not serve."""
    row = states().select_for_update(of=("self",)).get(pk=state.pk)
    STATE_MACHINE.require(row.status, StateStatus.REFUSED)
    _set(row, StateStatus.REFUSED, reason)
    audit.record("learning_state.refused", actor=actor, target=row, detail={"reason": reason})
    return row


@audit.unaudited("the state was audited where it was made")
def state_leave(*, state: LearningState, reason: str) -> LearningState:
    """Say why a candidate waits for staff."""
    _set(state, StateStatus.CANDIDATE, reason)
    return state


def _before() -> Iterator[LearningState]:
    """Those to go back to: the states that served, the latest first; at last those that staff had retired."""
    retired = states().filter(status=StateStatus.RETIRED).order_by("-served_at", "-number")
    yield from retired.exclude(reason=BY_STAFF)
    yield from retired.filter(reason=BY_STAFF)


def _parent() -> LearningState | None:
    serving = states().filter(status=StateStatus.SERVING).first()
    return serving or states().order_by("number").first()


def _set(row: LearningState, status: StateStatus, reason: str) -> None:
    row.status, row.reason = status, reason[:300]
    now = timezone.now()
    if status == StateStatus.SERVING:
        row.served_at = now
    if status == StateStatus.RETIRED:
        row.retired_at = now
    row.save(update_fields=["status", "reason", "served_at", "retired_at"])
    publish(LearningChanged(row.pk, row.number, row.status, staff()))


def _lock() -> None:
    """One at a time, on whatever machine: numbers have no gap, and one state serves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dynacomp.learning.states'))")


@audit.unaudited("the platform's own remark; it is a row of its ledger")
@transaction.atomic
def notice_give(
    *, kind: NoticeKind, state: LearningState, text: str, detail: Mapping[str, Any] = {}
) -> LearningNotice | None:
    """Tell staff of a state, once for each kind; None where they know."""
    told = LearningNotice(kind=kind, state=state, text=text[:500], detail=dict(detail))
    LearningNotice.objects.bulk_create([told], ignore_conflicts=True)
    if not LearningNotice.objects.filter(pk=told.pk).exists():
        return None
    log.warning("%s", text)
    publish(LearningNoticed(told.pk, told.text, staff()))
    for administrator in administrators():
        notify(
            owner=administrator,
            kind=NOTICE,
            level=Level.WARN,
            title=text[:200],
            url=reverse("compression:learning-state", args=[state.number]),
            key=f"learning:{told.pk}",
        )
    return told
