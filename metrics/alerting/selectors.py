"""Reads of alerts."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet

from metrics.alerting import words
from metrics.alerting.choices import Severity, Status
from metrics.alerting.models import AlertEvent, AlertRule, AlertState

# What is looked at first.
WORST = (Status.FIRING, Status.PENDING, Status.NO_DATA, Status.OK)


def rules() -> QuerySet[AlertRule]:
    """Return the rules with the states of their series."""
    return AlertRule.objects.prefetch_related("states")


def worst_of(rule: AlertRule) -> str | None:
    """Return the worst status of a rule's series, None where it looks at none."""
    found = {state.status for state in rule.states.all()}
    return next((status.value for status in WORST if status in found), None)


def active() -> list[dict[str, Any]]:
    """Return the states that are not fine, the worst first, as the page shows them."""
    states = AlertState.objects.exclude(status=Status.OK).select_related("rule")
    order = {status.value: place for place, status in enumerate(WORST)}
    ordered = sorted(
        states, key=lambda state: (order[state.status], state.rule.severity != Severity.BAD, -state.since)
    )
    return [_shown(state) for state in ordered]


def _shown(state: AlertState) -> dict[str, Any]:
    return {
        "state": state,
        "rule": state.rule,
        "title": words.title_of(state.series),
        "tone": words.TONES[Status(state.status)],
        "label": words.STATUSES[Status(state.status)],
        "value": words.figure(state.series, state.value),
        "since": datetime.fromtimestamp(state.since, UTC),
        "condition": words.condition(state.rule),
    }


def shown_rules() -> list[dict[str, Any]]:
    """Return all rules as the page shows them."""
    return [_shown_rule(rule) for rule in rules()]


def _shown_rule(rule: AlertRule) -> dict[str, Any]:
    worst = worst_of(rule)
    return {
        "rule": rule,
        "label": words.STATUSES[Status(worst)] if worst else "nothing to look at",
        "tone": words.TONES[Status(worst)] if worst else "quiet",
        "condition": words.condition(rule),
        "count": len(rule.states.all()),
    }


def last_events(limit: int, rule: AlertRule | None = None) -> list[dict[str, Any]]:
    """Return the latest events, of all rules or of one, as the page shows them."""
    found = AlertEvent.objects.filter(rule=rule) if rule else AlertEvent.objects.all()
    return [shown_event(event) for event in found[:limit]]


def shown_event(event: AlertEvent) -> dict[str, Any]:
    """Return an event as pages show it."""
    return {
        "event": event,
        "tone": words.TONES[Status(event.after)],
        "label": words.STATUSES[Status(event.after)],
        "before": words.STATUSES[Status(event.before)],
        "value": words.figure(event.series, event.value),
        "threshold": words.figure(event.series, event.threshold),
    }
