"""All writes of alert rules; what becomes of their states is in `evaluating`."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import Invalid
from core.events import publish
from metrics.alerting import accounts, checking, rules
from metrics.alerting.choices import Status
from metrics.alerting.evaluating import event_of
from metrics.alerting.events import AlertsChanged
from metrics.alerting.machine import Change
from metrics.alerting.models import AlertRule

# Where one of these changes, what was found before says nothing any more.
_LOOKED_AT = frozenset({"metric", "machine", "direction"})


@transaction.atomic
def rule_create(*, actor: Any, values: Mapping[str, Any]) -> AlertRule:
    """Make a rule; without a clear threshold it is the threshold itself."""
    rule = checking.rule_of(values)
    rule.save(force_insert=True)
    audit.record("alert_rule.created", actor=actor, target=rule, detail={"name": rule.name})
    publish(AlertsChanged(accounts.staff_ids()))
    return rule


@transaction.atomic
def rule_change(*, rule: AlertRule, actor: Any, changes: Mapping[str, Any]) -> AlertRule:
    """Change a rule; one that looks at something else, or at nothing, begins anew."""
    row = AlertRule.objects.select_for_update().get(pk=rule.pk)
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    checking.check(row)
    row.save()
    changed = {name for name, value in before.items() if getattr(row, name) != value}
    if changed & _LOOKED_AT or ("is_enabled" in changed and not row.is_enabled):
        _forget_states(row)
    audit.record("alert_rule.changed", actor=actor, target=row, detail={"changed": sorted(changed)})
    publish(AlertsChanged(accounts.staff_ids()))
    return row


def _forget_states(rule: AlertRule) -> None:
    """End what fires, on record, and forget the rest; nobody is told of what somebody does."""
    for state in rule.states.all():
        if state.is_active:
            change = Change(Status(state.status), Status.OK, time.time(), state.value)
            event_of(rule, state, change, silenced=True).save(force_insert=True)
    rule.states.all().delete()


@transaction.atomic
def rule_delete(*, rule: AlertRule, actor: Any) -> None:
    """Remove a rule; its events stay."""
    row = AlertRule.objects.select_for_update().get(pk=rule.pk)
    _forget_states(row)
    audit.record("alert_rule.deleted", actor=actor, target=row, detail={"name": row.name})
    row.delete()
    publish(AlertsChanged(accounts.staff_ids()))


@transaction.atomic
def rule_silence(*, rule: AlertRule, actor: Any, until: datetime | None, reason: str = "") -> AlertRule:
    """Tell nobody that it fires until then; None ends it. What still fires after it is told then.

    The end of what was told before is told all the same.
    """
    now = timezone.now()
    if until is not None and not now < until <= now + timedelta(seconds=rules.SILENCE_S.max):
        raise Invalid.field("until", "A moment to come, within 30 days.", "out_of_range")
    row = AlertRule.objects.select_for_update().get(pk=rule.pk)
    row.silenced_until, row.silence_reason = until, reason if until else ""
    row.save(update_fields=["silenced_until", "silence_reason"])
    action = "alert_rule.silenced" if until else "alert_rule.heard"
    detail = {"until": until.isoformat(), "reason": reason} if until else {}
    audit.record(action, actor=actor, target=row, detail=detail)
    publish(AlertsChanged(accounts.staff_ids()))
    return row
