"""Machines and layouts. The samples themselves and what is rolled up of them are partitioned tables without models:
`metrics.storage` is the one place that reads and writes them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from metrics.alerting.models import AlertEvent, AlertLook, AlertRule, AlertState, GivenRule
from metrics.analytics.models import HourSums, SummedUntil

__all__ = [
    "AlertEvent",
    "AlertLook",
    "AlertRule",
    "AlertState",
    "GivenRule",
    "HourSums",
    "Layout",
    "Machine",
    "SummedUntil",
]


class Machine(models.Model):
    """A machine that samples were taken on, by its host name."""

    name = models.CharField(max_length=255, unique=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "metric_machines"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Layout(models.Model):
    """Which series stands where in the arrays of a row. Never changed: another order is another layout."""

    names = ArrayField(models.CharField(max_length=200))
    names_sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "metric_layouts"

    def __str__(self) -> str:
        return f"layout {self.pk} of {len(self.names)} series"
