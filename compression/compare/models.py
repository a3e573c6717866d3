"""Comparisons, with what was measured of each of their candidates."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from compression import rules
from core.ids import uuid7
from core.models import Owned


class Comparison(Owned):
    """One input against many candidates, run in turn in random order.

    `repetitions` is what was asked for (null: until the intervals are tight), `budget_s` and `seconds` are wall time
    that it might take and took. The order of the runs follows from `seed`.
    """

    file = models.ForeignKey("files.File", null=True, on_delete=models.SET_NULL, related_name="comparisons")
    file_name = models.CharField(max_length=255)
    content_sha256 = models.CharField(max_length=64)
    content_kind = models.CharField(max_length=32, blank=True)
    original_size = models.BigIntegerField()
    seed = rules.SEED.model_field()
    repetitions = rules.REPETITIONS.model_field(null=True)
    budget_s = models.FloatField()
    seconds = models.FloatField()
    ending = rules.ENDING.model_field()
    # {machine, cores, load_before, load_after}; the loads are those of the whole machine over the last minute.
    environment = models.JSONField(default=dict)
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "comparisons"
        ordering = ["-created_at"]
        constraints = [
            rules.SEED.constraint("comparisons", "seed"),
            rules.REPETITIONS.constraint("comparisons", "repetitions"),
            rules.ENDING.constraint("comparisons", "ending"),
            models.CheckConstraint(
                name="comparisons_figures",
                condition=Q(original_size__gte=0, seconds__gte=0, budget_s__gt=0),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="comparisons_owner_created"),
            models.Index(fields=["file", "-created_at"], name="comparisons_file_created"),
        ]

    def __str__(self) -> str:
        return f"comparison on {self.file_name}"

    def get_absolute_url(self) -> str:
        """The comparison's page."""
        return reverse("compression:comparison", kwargs={"pk": self.pk})


def _seconds() -> "ArrayField[list[float], list[float]]":
    return ArrayField(models.FloatField(), default=list)


class Measurement(models.Model):
    """One candidate of a comparison: its size, and the seconds of each of its runs, in their order.

    A candidate that failed says why, and keeps what it was measured before.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="measurements")
    position = models.PositiveSmallIntegerField()
    algorithm = models.ForeignKey(
        "compression.Algorithm", on_delete=models.PROTECT, related_name="measurements"
    )
    algorithm_version = models.PositiveIntegerField()
    level = models.SmallIntegerField(null=True)
    params = models.JSONField(default=dict)
    compressed_size = models.BigIntegerField(null=True)
    compress_seconds = _seconds()
    compress_cpu_seconds = _seconds()
    decompress_seconds = _seconds()
    decompress_cpu_seconds = _seconds()
    peak_memory_bytes = models.BigIntegerField(null=True)
    error_code = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "comparison_measurements"
        ordering = ["comparison_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["comparison", "position"], name="comparison_measurements_once"),
            models.CheckConstraint(
                name="comparison_measurements_figures",
                condition=Q(error_code="", compressed_size__gte=0, peak_memory_bytes__gte=0)
                | ~Q(error_code=""),
            ),
        ]
        indexes = [models.Index(fields=["algorithm"], name="comparison_measurements_algo")]

    def __str__(self) -> str:
        return f"{self.algorithm_id} {self.level}"
