"""Sums over the ledger of outcomes."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class HourSumsQuerySet(models.QuerySet["HourSums"]):
    """Sums: each account reads its own, staff read all."""

    def visible_to(self, user: Any) -> "HourSumsQuerySet":
        """Return the sums that `user` may see."""
        return self if user.is_staff else self.filter(owner_id=user.pk)


class HourSums(models.Model):
    """What came of one operation with one algorithm on one kind of content, of one account in one hour: sums over the
    ledger of outcomes, as `compression.history.measures` makes them.

    A histogram is two lists, intervals and how many values are in each.
    """

    hour = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    operation = models.CharField(max_length=16)
    algorithm = models.CharField(max_length=64)
    kind = models.CharField(max_length=32, blank=True)
    count = models.BigIntegerField()
    failures = models.BigIntegerField()
    bytes_in = models.BigIntegerField()
    bytes_out = models.BigIntegerField()
    micros = models.BigIntegerField()
    compress_mb_s_intervals = ArrayField(models.IntegerField())
    compress_mb_s_counts = ArrayField(models.IntegerField())
    decompress_mb_s_intervals = ArrayField(models.IntegerField())
    decompress_mb_s_counts = ArrayField(models.IntegerField())
    seconds_intervals = ArrayField(models.IntegerField())
    seconds_counts = ArrayField(models.IntegerField())

    objects = HourSumsQuerySet.as_manager()

    class Meta:
        db_table = "metric_hour_sums"
        ordering = ["hour"]
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "owner", "operation", "algorithm", "kind"], name="metric_hour_sums_once"
            )
        ]
        indexes = [models.Index(fields=["owner", "hour"], name="metric_hour_sums_owner")]

    def __str__(self) -> str:
        return f"{self.operation} {self.algorithm} {self.hour:%Y-%m-%d %H}:00"


class SummedUntil(models.Model):
    """Up to which hour the outcomes are summed up: one row, or none yet."""

    hour = models.DateTimeField()

    class Meta:
        db_table = "metric_summed_until"
        constraints = [models.CheckConstraint(name="metric_summed_until_one", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return f"until {self.hour:%Y-%m-%d %H}:00"
