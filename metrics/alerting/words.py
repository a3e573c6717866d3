"""Alerts in words."""

from datetime import UTC, datetime

from core.formatting import SPACE, duration, significant, size
from metrics import names
from metrics.alerting.choices import Direction, Status
from metrics.alerting.models import AlertEvent, AlertLook, AlertRule, AlertState


def figure(series: str, value: float) -> str:
    """Return a value with the unit of its series."""
    family = names.find(series)
    unit = family.unit if family else ""
    if unit == "bytes":
        return size(value)
    if unit == "bytes/s":
        return f"{size(value)}/s"
    if unit == "s":
        return duration(value)
    return f"{significant(value)}{SPACE}{unit}" if unit else significant(value)


def asked(series: str, value: float) -> str:
    """Return a figure that somebody typed with its unit, as it was typed."""
    family = names.find(series)
    unit = family.unit if family else ""
    if unit.startswith("bytes"):
        return figure(series, value)
    return f"{value:,.12g}{SPACE}{unit}" if unit else f"{value:,.12g}"


def lasting(seconds: int) -> str:
    """Return how long somebody asked for."""
    return duration(seconds) if seconds >= 60 else f"{seconds}{SPACE}s"


def title_of(series: str) -> str:
    """Return what a series means, and of what it is one."""
    family = names.find(series)
    if family is None:
        return series
    instance = series.removeprefix(family.name).removeprefix(".")
    return f"{family.title} ({instance})" if instance else family.title


def condition(rule: AlertRule) -> str:
    """Return when a rule fires: above 90 % for 60 s."""
    series = rule.metric.partition("*")[0].rstrip(".")
    words = f"{rule.direction} {asked(series, rule.threshold)}"
    return f"{words} for {lasting(rule.for_s)}" if rule.for_s else words


def clearing(rule: AlertRule) -> str:
    """Return when it is over: at 85 % or below for 60 s."""
    series = rule.metric.partition("*")[0].rstrip(".")
    side = "below" if rule.direction == Direction.ABOVE else "above"
    words = f"at {asked(series, rule.clear_threshold)} or {side}"
    return f"{words} for {lasting(rule.clear_for_s)}" if rule.clear_for_s else words


def fired(rule: AlertRule, state: AlertState) -> tuple[str, str]:
    """Return title and text of what people are told when it fires."""
    title = f"{rule.name}: {title_of(state.series)} is {figure(state.series, state.value)}"
    when = datetime.fromtimestamp(state.last, UTC)
    text = (
        f"{state.series} on {state.machine} is {condition(rule)}; at {when:%H:%M:%S} UTC it was "
        f"{figure(state.series, state.value)}."
    )
    if state.told_at is not None and state.fired > 1:
        told = datetime.fromtimestamp(state.told_at, UTC)
        text += f" It has fired {state.fired} times since it was told at {told:%H:%M:%S} UTC."
    return title, text


def ended(rule: AlertRule, event: AlertEvent) -> tuple[str, str]:
    """Return title and text of what people are told when it is over."""
    title = f"{rule.name}: over"
    text = (
        f"{event.series} on {event.machine} is {figure(event.series, event.value)} again, "
        f"since {event.at:%H:%M:%S} UTC."
    )
    return title, text


def silent(look: AlertLook) -> tuple[str, str]:
    """Return what people are told when a machine has no samples any more."""
    text = f"The last one is of {look.at:%Y-%m-%d %H:%M:%S} UTC. Until there are new ones, its alerts see nothing."
    return f"No metrics of {look.machine} for a minute", text


def heard(look: AlertLook) -> tuple[str, str]:
    """Return what people are told when samples come again."""
    return f"Metrics of {look.machine} come again", ""


STATUSES = {
    Status.FIRING: "firing",
    Status.PENDING: "pending",
    Status.NO_DATA: "no data",
    Status.OK: "fine",
}
TONES = {Status.FIRING: "bad", Status.PENDING: "warn", Status.NO_DATA: "quiet", Status.OK: "good"}
