"""What learning keeps: outcomes with their trials, states, contents held out, settings and weights."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from compression import rules
from compression.learning.choices import NoticeKind, Origin, Scope, StateStatus
from compression.learning.freezing import freeze
from core.ids import uuid7
from core.ledger import LedgerEntry
from core.states import Machine
from core.triggers import guard_ledger, guard_states

STATE_MACHINE = guard_states(
    Machine.of(
        "compression_learning_states",
        initial=[StateStatus.CANDIDATE],
        transitions={
            StateStatus.CANDIDATE: [StateStatus.SERVING, StateStatus.REFUSED],
            StateStatus.SERVING: [StateStatus.RETIRED],
            StateStatus.RETIRED: [StateStatus.SERVING],
            StateStatus.REFUSED: [],
        },
        mutable_when_terminal=["made_by_id", "job_id"],
    )
)
freeze(
    "compression_learning_states",
    mutable=["status", "reason", "served_at", "retired_at", "made_by_id", "job_id"],
)


class LearningState(models.Model):
    """What predicts: an `engine.learning.state.State` in its packed form, named by its hash.

    State 0 is static, state 1 came with the installation, both of no `outcomes`: these are what was learned from here.
    `lineage` says what it was made of and `figures` how it was judged before it could serve; `reason` why it serves,
    or does not. Nothing but what became of it ever changes, and no state is deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    number = models.PositiveIntegerField(unique=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(max_length=64, unique=True)
    packed = models.BinaryField()
    status = models.CharField(max_length=16, choices=StateStatus.choices, default=StateStatus.CANDIDATE)
    reason = models.CharField(max_length=300, blank=True)
    action_set = models.PositiveIntegerField()
    features_version = models.PositiveIntegerField()
    outcomes = models.PositiveIntegerField()
    lineage = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    served_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "compression_learning_states"
        verbose_name = "state of learning"
        verbose_name_plural = "states of learning"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["status"], name="learning_states_one_serves", condition=Q(status=StateStatus.SERVING)
            ),
            models.CheckConstraint(
                name="learning_states_from_the_first", condition=Q(number=0) | Q(parent__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"state {self.number}"


@guard_ledger
class Outcome(LedgerEntry):
    """One chunk of content, of at most 256 KiB, with all that was tried on it (`trials`): what states are trained on.

    `source_id` is the row of history, or whatever else it comes of; `state` served then. `chosen` is the action that
    the person or the platform took for `objective`. Of an audit, `judged` has the regret of the state that served.
    """

    clearable = frozenset({"owner_id"})

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    origin = models.CharField(max_length=16, choices=Origin.choices)
    source_id = models.UUIDField()
    content_sha256 = models.CharField(max_length=64)
    source_sha256 = models.CharField(max_length=64)
    content_kind = models.CharField(max_length=32, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    offset = models.BigIntegerField()
    size = models.PositiveIntegerField()
    features = models.JSONField()
    features_version = models.PositiveIntegerField()
    action_set = models.PositiveIntegerField()
    machine = models.CharField(max_length=64)
    machine_factor = models.FloatField()
    state = models.ForeignKey(LearningState, null=True, on_delete=models.PROTECT, related_name="+")
    objective = models.CharField(max_length=16, blank=True)
    chosen = models.CharField(max_length=64, blank=True)
    judged = models.JSONField(null=True)
    cpu_seconds = models.FloatField()

    class Meta:
        db_table = "compression_outcomes"
        verbose_name = "outcome to learn from"
        verbose_name_plural = "outcomes to learn from"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["origin", "source_id", "offset"], name="outcomes_once"),
            models.CheckConstraint(
                name="outcomes_bounds", condition=Q(size__gte=1, offset__gte=0, cpu_seconds__gte=0)
            ),
        ]
        indexes = [
            models.Index(fields=["origin", "-created_at"], name="outcomes_origin_created"),
            models.Index(fields=["content_sha256", "-created_at"], name="outcomes_content"),
            models.Index(fields=["source_sha256", "-created_at"], name="outcomes_source"),
            models.Index(fields=["owner", "-created_at"], name="outcomes_owner"),
            models.Index(fields=["-created_at"], name="outcomes_created"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.content_sha256[:12]}"


@guard_ledger
class OutcomeTrial(LedgerEntry):
    """One action of an outcome: what was predicted for it and what came of it; times are CPU seconds here.

    The figures are of `content_bytes` bytes, the `scope`: the chunk, its sample alone, the file as it was run, or
    the beginning of it as an optimisation tried it.
    `action` is the name of one of the action set, or "other" with its codec's `config`. `predicted` has a value with
    its interval `[value, low, high]` for `ratio`, `compress_mb_s`, `decompress_mb_s` and `memory_bytes`.
    """

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="trials")
    position = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=64)
    config = models.JSONField(null=True)
    scope = models.CharField(max_length=16, choices=Scope.choices)
    content_bytes = models.BigIntegerField()
    sample_size = models.BigIntegerField(null=True)
    sample_cpu_s = models.FloatField(null=True)
    size = models.BigIntegerField(null=True)
    encode_s = models.FloatField(null=True)
    decode_s = models.FloatField(null=True)
    peak_memory_bytes = models.BigIntegerField(null=True)
    error = models.CharField(max_length=64, blank=True)
    predicted = models.JSONField(null=True)

    class Meta:
        db_table = "compression_outcome_trials"
        verbose_name = "trial of an outcome"
        verbose_name_plural = "trials of outcomes"
        ordering = ["outcome_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["outcome", "position"], name="outcome_trials_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.action} on {self.content_bytes} bytes"


@guard_ledger
class HeldOut(LedgerEntry):
    """A content on which states are judged; no state is ever trained on it."""

    source_sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "compression_held_out"
        verbose_name = "content held out"
        verbose_name_plural = "contents held out"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.source_sha256


@guard_ledger
class LearningNotice(LedgerEntry):
    """What staff were told of a state; of each kind once."""

    kind = models.CharField(max_length=16, choices=NoticeKind.choices)
    state = models.ForeignKey(LearningState, on_delete=models.PROTECT, related_name="notices")
    text = models.CharField(max_length=500)
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "compression_learning_notices"
        verbose_name = "notice of learning"
        verbose_name_plural = "notices of learning"
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["kind", "state"], name="learning_notices_once")]

    def __str__(self) -> str:
        return self.text


class HarvestPlace(models.Model):
    """How far the history was harvested: up to this row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "compression_harvest_place"
        constraints = [models.CheckConstraint(name="harvest_place_single", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


class LearningSettings(models.Model):
    """What of learning is switched on, and how much it may take. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    harvest = models.BooleanField(
        default=True, help_text="Take what came of real runs, and measure their contents in the background."
    )
    owner_per_day = models.PositiveIntegerField(
        default=500, help_text="Outcomes of one account's contents that are taken in 24 hours."
    )
    again_after_days = models.PositiveIntegerField(
        default=30, help_text="The same content with the same action is taken again after so many days."
    )
    audits = models.BooleanField(
        default=True, help_text="Measure a random share of the contents with all actions."
    )
    audit_share = models.FloatField(default=0.1, help_text="The share of contents, from 0 to 1.")
    audit_cpu_s = models.PositiveIntegerField(
        default=600, help_text="CPU seconds an hour that audits may take."
    )
    training = models.BooleanField(default=True, help_text="Train states.")
    training_after = models.PositiveIntegerField(
        default=50, help_text="New contents that it takes for a training by itself."
    )
    promotion = models.BooleanField(
        default=True,
        help_text="A state that is better on contents held out serves at once; otherwise staff decide.",
    )
    drift_notices = models.BooleanField(
        default=True, help_text="Tell staff when the serving state predicts worse than it did."
    )
    actions_off = ArrayField(
        models.CharField(max_length=64),
        default=list,
        db_default=[],
        blank=True,
        help_text="These are not recommended; they are audited all the same, so that they are known when they return.",
    )

    class Meta:
        db_table = "compression_learning_settings"
        verbose_name = verbose_name_plural = "settings of learning"
        constraints = [
            models.CheckConstraint(name="learning_settings_single", condition=Q(id=1)),
            models.CheckConstraint(
                name="learning_settings_bounds",
                condition=Q(audit_share__gte=0, audit_share__lte=1, training_after__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return "Settings of learning"


class ObjectiveWeight(models.Model):
    """How much an objective counts where regrets are averaged; weights need not sum to 1."""

    objective = rules.OBJECTIVE.model_field(primary_key=True)
    weight = models.FloatField()

    class Meta:
        db_table = "compression_objective_weights"
        verbose_name = "weight of an objective"
        verbose_name_plural = "weights of objectives"
        ordering = ["objective"]
        constraints = [
            rules.OBJECTIVE.constraint("compression_objective_weights", "objective"),
            models.CheckConstraint(
                name="objective_weights_bounds", condition=Q(weight__gte=0, weight__lte=1000)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective}: {self.weight}"
