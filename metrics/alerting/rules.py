"""What an alert rule may look like; every layer takes it from here."""

import math

from core.errors import Invalid, Unprocessable
from core.rules import Choice, Integer, Text
from metrics import names
from metrics.alerting.choices import Direction, Severity

NAME = Text(min=1, max=100, pattern=".*[^ ].*", says="Not only spaces.", label="Name")
METRIC = Text(
    min=1,
    max=200,
    pattern=r"[A-Za-z0-9_*][A-Za-z0-9_.*:\/\-]*",
    says="The name of a series, such as system.cpu_percent; * stands for any characters.",
    label="Metric",
    help="A series, or several with *: system.disk_percent.*",
)
DIRECTION = Choice(Direction, label="Fires")
SEVERITY = Choice(Severity, label="Severity")
FOR_S = Integer(min=0, max=86_400, label="For at least", help="So long all values are beyond it.")
CLEAR_FOR_S = Integer(min=0, max=86_400, label="Over after", help="So long all values are on the good side.")
REASON = Text(min=0, max=200, label="Reason")
SILENCE_S = Integer(min=60, max=30 * 86_400, label="Seconds")

MOST_SERIES = 20
"""So many series one rule looks at on one machine."""
MOST_PEOPLE = 50
"""So many accounts one rule tells by name."""


def check_metric(metric: str) -> None:
    """Raise Invalid where no series can have the name."""
    if "*" in metric:
        family = metric.partition("*")[0].rstrip(".")
        known = any(name.startswith(family) or family.startswith(f"{name}.") for name in names.families)
    else:
        known = names.find(metric) is not None
    if not known:
        raise Invalid.field("metric", f"There is no metric “{metric}”.", "unknown_metric")


def check_thresholds(direction: str, threshold: float, clear_threshold: float) -> None:
    """Raise Unprocessable where an alert could not end, or would begin and end at once."""
    if not (math.isfinite(threshold) and math.isfinite(clear_threshold)):
        raise Invalid.field("threshold", "A number that is finite.")
    wrong = clear_threshold > threshold if direction == Direction.ABOVE else clear_threshold < threshold
    if wrong:
        side = "below" if direction == Direction.ABOVE else "above"
        raise _on_the_wrong_side(f"It has to be at the threshold or {side} it: there the alert is over.")


def _on_the_wrong_side(words: str) -> Unprocessable:
    found = Invalid.field("clear_threshold", words, "wrong_side")
    return Unprocessable(words, code="wrong_side", errors=found.errors)
