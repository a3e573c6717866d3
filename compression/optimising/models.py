"""Optimisations with all that they tried, and the strategies that say how to go about it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from compression import rules
from compression.optimising.choices import TrialKind
from core.ids import uuid7
from core.models import Owned


def plain_usual() -> list[dict[str, Any]]:
    """The plain codecs that take part where a strategy names no others."""
    return [{"id": "zstd"}, {"id": "bzip3"}, {"id": "lzma"}, {"id": "brotli"}]


class Strategy(models.Model):
    """How to go about an optimisation: managed by operators. A disabled one takes no new work.

    `rounds` searches are made, each with at most `max_trials` trials (null: as many as the time allows). The codecs in
    `plain`, as the engine writes them, take part beside them and may take `plain_share` of the time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = rules.ALGORITHM_NAME.model_field(unique=True)
    title = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    objective = rules.OBJECTIVE.model_field()
    rounds = models.PositiveSmallIntegerField(default=3)
    max_trials = models.PositiveIntegerField(null=True, blank=True)
    plain = models.JSONField(default=plain_usual)
    plain_share = models.FloatField(default=0.4)
    enabled = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        db_table = "compression_strategies"
        verbose_name_plural = "strategies"
        ordering = ["position", "name"]
        constraints = [
            rules.ALGORITHM_NAME.constraint("compression_strategies", "name"),
            rules.OBJECTIVE.constraint("compression_strategies", "objective"),
            models.CheckConstraint(
                name="compression_strategies_bounds",
                condition=Q(rounds__gte=1, rounds__lte=20, plain_share__gte=0, plain_share__lte=1)
                & (Q(max_trials=None) | Q(max_trials__gte=1)),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Optimisation(Owned):
    """One search for the best pipeline for a file; `job` does it.

    What was asked for is kept as it was then. `baseline` is the best plain codec and `best` the best of all so far,
    each `{candidate, size, encode_s, decode_s, …}`, on the first `content_bytes` of the file; `pipeline` is the best
    one in its packed form. `ending` is there when the search is over, `result` when the file is compressed by it.
    """

    file = models.ForeignKey("files.File", null=True, on_delete=models.SET_NULL, related_name="optimisations")
    file_name = models.CharField(max_length=255)
    content_sha256 = models.CharField(max_length=64)
    content_kind = models.CharField(max_length=32, blank=True)
    original_size = models.BigIntegerField()
    objective = rules.OBJECTIVE.model_field()
    budget_s = models.FloatField()
    constraints = models.JSONField(default=dict)
    strategy = models.CharField(max_length=64)
    rounds = models.PositiveSmallIntegerField()
    max_trials = models.PositiveIntegerField(null=True)
    plain = models.JSONField(default=list)
    plain_share = models.FloatField()
    seed = rules.SEED.model_field()
    job = models.OneToOneField("core.Job", null=True, on_delete=models.SET_NULL, related_name="optimisation")
    keep_requested_at = models.DateTimeField(null=True)
    content_bytes = models.BigIntegerField(null=True)
    baseline = models.JSONField(null=True)
    best = models.JSONField(null=True)
    pipeline = models.BinaryField(null=True)
    ending = rules.ENDED.model_field(blank=True)
    seconds = models.FloatField(default=0)
    trials = models.PositiveIntegerField(default=0)
    result = models.ForeignKey("compression.Result", null=True, on_delete=models.SET_NULL, related_name="+")
    algorithm_created = models.ForeignKey(
        "compression.Algorithm", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        db_table = "compression_optimisations"
        ordering = ["-created_at"]
        constraints = [
            rules.OBJECTIVE.constraint("compression_optimisations", "objective"),
            rules.SEED.constraint("compression_optimisations", "seed"),
            models.CheckConstraint(
                name="compression_optimisations_figures",
                condition=Q(original_size__gte=0, budget_s__gt=0, seconds__gte=0),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="optimisations_owner_created"),
            models.Index(fields=["file", "-created_at"], name="optimisations_file_created"),
            models.Index(fields=["result"], name="optimisations_result"),
        ]

    def __str__(self) -> str:
        return f"optimisation of {self.file_name}"

    def get_absolute_url(self) -> str:
        """The optimisation's page."""
        return reverse("compression:optimisation", kwargs={"pk": self.pk})

    @property
    def is_open(self) -> bool:
        """Whether its job waits or runs."""
        return self.job is not None and self.job.is_open

    @property
    def best_ratio(self) -> float | None:
        """Of the best so far."""
        return _ratio(self.best)

    @property
    def baseline_ratio(self) -> float | None:
        """Of the best plain codec."""
        return _ratio(self.baseline)


def _ratio(found: dict[str, Any] | None) -> float | None:
    return found["content"] / found["size"] if found and found["size"] else None


class Trial(models.Model):
    """One thing that was tried, in order; rows are only added.

    `content` bytes became `size` bytes, in CPU seconds; `elapsed_s` is since the beginning. `best_ratio` is that of the
    best so far on the content, when this was known.
    """

    id = models.BigAutoField(primary_key=True)
    optimisation = models.ForeignKey(Optimisation, on_delete=models.CASCADE, related_name="trace")
    number = models.PositiveIntegerField()
    attempt = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=TrialKind.choices)
    iteration = models.PositiveSmallIntegerField()
    elapsed_s = models.FloatField()
    subject = models.CharField(max_length=100, blank=True)
    candidate = models.CharField(max_length=300)
    content = models.BigIntegerField()
    size = models.BigIntegerField()
    encode_s = models.FloatField()
    decode_s = models.FloatField(null=True)
    is_best = models.BooleanField(default=False)
    best_ratio = models.FloatField(null=True)

    class Meta:
        db_table = "compression_optimisation_trials"
        ordering = ["optimisation_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["optimisation", "number"], name="optimisation_trials_in_order")
        ]
        indexes = [models.Index(fields=["optimisation", "kind", "number"], name="optimisation_trials_kind")]

    def __str__(self) -> str:
        return f"{self.number} {self.candidate}"

    @property
    def ratio(self) -> float | None:
        """Bytes of content for one of output."""
        return self.content / self.size if self.size else None

    @property
    def compress_mb_s(self) -> float | None:
        """MB (10^6 bytes) of content a second of CPU time."""
        return self.content / 1e6 / self.encode_s if self.encode_s else None
