"""Alerts for the tests: a rule, and samples that are looked at as they come."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from metrics.alerting import evaluating, services
from metrics.alerting.models import AlertRule
from metrics.models import Machine
from tests.metrics.samples import CPU, MACHINE, store


@pytest.fixture(autouse=True)
def known_machine() -> Machine:
    """The machine of the samples."""
    return Machine.objects.get_or_create(name=MACHINE)[0]


@pytest.fixture
def began() -> datetime:
    """Now, to the second, ten minutes ago."""
    return timezone.now().replace(microsecond=0) - timedelta(minutes=10)


@pytest.fixture
def rule(otto: User) -> AlertRule:
    """The processor above 90 % for 3 s, over at 80 % after 2 s."""
    values = {
        "name": "Busy",
        "metric": CPU,
        "direction": "above",
        "threshold": 90,
        "clear_threshold": 80,
        "for_s": 3,
        "clear_for_s": 2,
    }
    return services.rule_create(actor=otto, values=values)


def come(began: datetime, *values: float, at: int = 0) -> datetime:
    """Store a value a second, looking after each; return the moment of the last."""
    for number, value in enumerate(values):
        t = began + timedelta(seconds=at + number)
        store(t, value)
        evaluating.look(t + timedelta(milliseconds=300))
    return t


def minutes_of(began: datetime) -> datetime:
    """Store twenty minutes with a spike of ten seconds, an hour ago; return its first moment."""
    t = began.replace(second=0) - timedelta(hours=1)
    for second in range(0, 1200, 2):
        store(t + timedelta(seconds=second), 95 if 600 <= second < 610 else 10)
    return t
