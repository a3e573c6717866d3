"""Algorithms, results, and the ledger of outcomes."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from compression import rules
from compression.algorithms.models import ALGORITHM_MACHINE, Algorithm, AlgorithmVersion
from compression.analyses.models import Analysis
from compression.batch.models import Batch, BatchItem
from compression.choices import Operation
from compression.compare.models import Comparison, Measurement
from compression.learning.models import (
    HarvestPlace,
    HeldOut,
    LearningNotice,
    LearningSettings,
    LearningState,
    ObjectiveWeight,
    Outcome,
    OutcomeTrial,
)
from compression.optimising.models import Optimisation, Strategy, Trial
from compression.recommending.models import Recommendation
from core.ledger import LedgerEntry
from core.models import Owned
from core.triggers import guard_ledger

__all__ = [
    "ALGORITHM_MACHINE",
    "Algorithm",
    "AlgorithmVersion",
    "Analysis",
    "Batch",
    "BatchItem",
    "Comparison",
    "HarvestPlace",
    "HeldOut",
    "HistoryEntry",
    "LearningNotice",
    "LearningSettings",
    "LearningState",
    "Measurement",
    "ObjectiveWeight",
    "Optimisation",
    "Outcome",
    "OutcomeTrial",
    "Recommendation",
    "Result",
    "ResultOutput",
    "Strategy",
    "Trial",
]


class Result(Owned):
    """One compression or decompression that was done and verified.

    Sizes are in bytes, seconds are wall time of the codec alone; `checksum` is the SHA-256 of the original bytes.

    An archive that was taken apart has no algorithm but `formats`, those of its layers and its own, outermost first;
    what came of its members is in `outputs`. Where that is a single file it is `output` too, with its `checksum`.
    """

    operation = rules.OPERATION.model_field()
    algorithm = models.ForeignKey(Algorithm, null=True, on_delete=models.PROTECT, related_name="results")
    formats = ArrayField(models.CharField(max_length=16), default=list, db_default=[])
    level = models.SmallIntegerField(null=True)
    params = models.JSONField(default=dict)
    file = models.ForeignKey("files.File", null=True, on_delete=models.SET_NULL, related_name="results_from")
    output = models.ForeignKey("files.File", null=True, on_delete=models.SET_NULL, related_name="results_to")
    file_name = models.CharField(max_length=255)
    content_kind = models.CharField(max_length=32, blank=True)
    original_size = models.BigIntegerField()
    compressed_size = models.BigIntegerField()
    compress_seconds = models.FloatField(null=True)
    compress_cpu_seconds = models.FloatField(null=True)
    decompress_seconds = models.FloatField(null=True)
    decompress_cpu_seconds = models.FloatField(null=True)
    peak_memory_bytes = models.BigIntegerField()
    checksum = models.CharField(max_length=64, blank=True)
    verified = models.BooleanField()
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "compression_results"
        ordering = ["-created_at"]
        constraints = [
            rules.OPERATION.constraint("compression_results", "operation"),
            models.CheckConstraint(
                name="compression_results_sizes", condition=Q(original_size__gte=0, compressed_size__gte=0)
            ),
            models.CheckConstraint(
                name="compression_results_by_algorithm_or_formats",
                condition=Q(algorithm__isnull=False, formats=[])
                | (Q(algorithm__isnull=True, operation=Operation.DECOMPRESS) & ~Q(formats=[])),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="results_owner_created"),
            models.Index(fields=["algorithm", "-created_at"], name="results_algorithm_created"),
            models.Index(fields=["file", "-created_at"], name="results_file_created"),
            models.Index(fields=["output"], name="results_output"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.file_name}"

    def get_absolute_url(self) -> str:
        """The result's page."""
        return reverse("compression:result", kwargs={"pk": self.pk})

    @property
    def method(self) -> str:
        """Name of the algorithm; of an archive its formats, outermost first: zip, zstd+tar."""
        return self.algorithm.name if self.algorithm else "+".join(self.formats)

    @property
    def colour(self) -> str:
        """Colour of the algorithm's group in pictures."""
        return self.algorithm.colour if self.algorithm else "c6"

    @property
    def ratio(self) -> float | None:
        """Original bytes per compressed byte; none for nothing."""
        return self.original_size / self.compressed_size if self.compressed_size else None

    @property
    def compress_mb_s(self) -> float | None:
        """MB (10^6 bytes) of original data a second, compressing."""
        return speed(self.original_size, self.compress_seconds)

    @property
    def decompress_mb_s(self) -> float | None:
        """MB (10^6 bytes) of original data a second, decompressing."""
        return speed(self.original_size, self.decompress_seconds)


class ResultOutput(models.Model):
    """What became of one member of an archive: a file, or an error that says why it is none."""

    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="outputs")
    position = models.PositiveIntegerField()
    path = models.CharField(max_length=1024)
    file = models.ForeignKey("files.File", null=True, on_delete=models.SET_NULL, related_name="+")
    size = models.BigIntegerField(null=True)
    error = models.JSONField(null=True)

    class Meta:
        db_table = "compression_result_outputs"
        ordering = ["result_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["result", "position"], name="compression_result_outputs_once")
        ]

    def __str__(self) -> str:
        return self.path


def speed(size: int, seconds: float | None) -> float | None:
    """Return MB a second, or None where nothing was measured."""
    return size / 1e6 / seconds if seconds and size else None


class HistoryQuerySet(models.QuerySet["HistoryEntry"]):
    """Outcomes: each account reads its own, staff read all."""

    def visible_to(self, user: Any) -> "HistoryQuerySet":
        """Return the outcomes that `user` may see."""
        return self if user.is_staff else self.filter(owner_id=user.pk)


@guard_ledger
class HistoryEntry(LedgerEntry):
    """What came of a codec at work on real content, successes and failures alike: the ledger of outcomes.

    A candidate of a comparison is one outcome, however often it was run: its seconds are those of a typical one of its
    `repetitions` runs.
    """

    clearable = frozenset({"owner_id"})

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    operation = rules.OPERATION.model_field()
    algorithm = models.CharField(max_length=64)
    algorithm_version = models.PositiveIntegerField()
    level = models.SmallIntegerField(null=True)
    params = models.JSONField(default=dict)
    content_sha256 = models.CharField(max_length=64)
    content_kind = models.CharField(max_length=32, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    original_size = models.BigIntegerField(null=True)
    compressed_size = models.BigIntegerField(null=True)
    compress_seconds = models.FloatField(null=True)
    compress_cpu_seconds = models.FloatField(null=True)
    decompress_seconds = models.FloatField(null=True)
    decompress_cpu_seconds = models.FloatField(null=True)
    peak_memory_bytes = models.BigIntegerField(null=True)
    machine = models.CharField(max_length=64)
    succeeded = models.BooleanField()
    error_code = models.CharField(max_length=64, blank=True)
    repetitions = models.PositiveIntegerField(default=1, db_default=1)
    result_id = models.UUIDField(null=True)
    comparison_id = models.UUIDField(null=True)
    job_id = models.UUIDField(null=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        db_table = "compression_history"
        verbose_name = "outcome"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["algorithm", "content_kind", "-created_at"], name="history_algorithm_kind"),
            models.Index(fields=["content_sha256", "-created_at"], name="history_content"),
            models.Index(fields=["owner", "-created_at"], name="history_owner"),
            models.Index(fields=["owner", "algorithm", "-created_at"], name="history_owner_algorithm"),
            models.Index(fields=["owner", "content_kind", "-created_at"], name="history_owner_kind"),
            models.Index(fields=["-created_at"], name="history_created"),
            models.Index(
                fields=["owner", "-created_at"], name="history_failed", condition=Q(succeeded=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.algorithm} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def ratio(self) -> float | None:
        """Original bytes per compressed byte; none for nothing, and for failures."""
        if not self.succeeded or self.original_size is None or not self.compressed_size:
            return None
        return self.original_size / self.compressed_size

    @property
    def compress_mb_s(self) -> float | None:
        """MB (10^6 bytes) of original data a second, compressing."""
        return speed(self.original_size or 0, self.compress_seconds)

    @property
    def decompress_mb_s(self) -> float | None:
        """MB (10^6 bytes) of original data a second, decompressing."""
        return speed(self.original_size or 0, self.decompress_seconds)
