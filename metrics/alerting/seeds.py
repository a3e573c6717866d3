"""The rules that an installation begins with, each given once."""

from typing import Any

from django.db import transaction

from core.seeds import Say, seed
from metrics.alerting.choices import Direction, Severity
from metrics.alerting.models import AlertRule, GivenRule

ABOVE, BELOW = Direction.ABOVE, Direction.BELOW
RULES: dict[str, dict[str, Any]] = {
    "disk": {
        "name": "Disk nearly full",
        "metric": "system.disk_percent.*",
        "threshold": 90,
        "clear_threshold": 85,
        "for_s": 30,
        "severity": Severity.BAD,
    },
    "memory": {
        "name": "Memory nearly full",
        "metric": "system.memory_percent",
        "threshold": 95,
        "clear_threshold": 90,
        "for_s": 60,
    },
    "component": {
        "name": "A part is down",
        "metric": "component.up.*",
        "direction": BELOW,
        "threshold": 0.25,
        "clear_threshold": 0.5,
        "for_s": 10,
        "clear_for_s": 10,
        "severity": Severity.BAD,
    },
    "queue": {
        "name": "Jobs wait long",
        "metric": "queue.oldest_s.*",
        "threshold": 60,
        "clear_threshold": 10,
        "for_s": 10,
        "clear_for_s": 30,
    },
    "failures": {
        "name": "Compressions fail",
        "metric": "compression.failures_s",
        "threshold": 0.2,
        "clear_threshold": 0.05,
        "for_s": 30,
    },
    "errors": {
        "name": "Requests fail by our fault",
        "metric": "http.errors_s",
        "threshold": 0.2,
        "clear_threshold": 0,
        "for_s": 10,
    },
}


@seed("alerts", order=40)
@transaction.atomic
def alert_rules(say: Say) -> None:
    """Give the rules that were not given before; who deletes one does not get it again."""
    given = set(GivenRule.objects.values_list("key", flat=True))
    new = [key for key in RULES if key not in given]
    for key in new:
        AlertRule.objects.create(**RULES[key])
        GivenRule.objects.create(key=key)
    if new:
        say(f"{len(new)} alert rules made")
