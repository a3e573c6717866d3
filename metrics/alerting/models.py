"""Rules, the state of each series that they look at, how far they have looked, and what happened."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from core.ids import uuid7
from core.ledger import LedgerEntry
from core.triggers import guard_ledger
from metrics.alerting import rules
from metrics.alerting.choices import Direction, Severity, Status, Told
from metrics.alerting.machine import Condition, State


def everyone_told() -> list[str]:
    """Return the roles that are told where nothing else is said."""
    return [role.value for role in Told]


class AlertRule(models.Model):
    """When what is wrong, and who is told. It belongs to the platform, not to an account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    name = rules.NAME.model_field()
    metric = rules.METRIC.model_field()
    machine = models.CharField(max_length=255, blank=True, default="")
    direction = rules.DIRECTION.model_field(default=Direction.ABOVE)
    threshold = models.FloatField()
    clear_threshold = models.FloatField()
    for_s = rules.FOR_S.model_field(default=60)
    clear_for_s = rules.CLEAR_FOR_S.model_field(default=60)
    severity = rules.SEVERITY.model_field(default=Severity.WARN)
    roles = ArrayField(models.CharField(max_length=13, choices=Told.choices), default=everyone_told)
    accounts = ArrayField(models.UUIDField(), default=list, blank=True)
    is_enabled = models.BooleanField(default=True)
    silenced_until = models.DateTimeField(null=True, blank=True)
    silence_reason = rules.REASON.model_field(default="")

    class Meta:
        db_table = "metric_alert_rules"
        ordering = ["name"]
        constraints = [
            rules.NAME.constraint("metric_alert_rules", "name"),
            rules.METRIC.constraint("metric_alert_rules", "metric"),
            rules.DIRECTION.constraint("metric_alert_rules", "direction"),
            rules.SEVERITY.constraint("metric_alert_rules", "severity"),
            rules.FOR_S.constraint("metric_alert_rules", "for_s"),
            rules.CLEAR_FOR_S.constraint("metric_alert_rules", "clear_for_s"),
            models.CheckConstraint(
                name="metric_alert_rules_can_end",
                condition=Q(direction=Direction.ABOVE, clear_threshold__lte=F("threshold"))
                | Q(direction=Direction.BELOW, clear_threshold__gte=F("threshold")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The rule's page."""
        return reverse("metrics:alert", kwargs={"pk": self.pk})

    @property
    def condition(self) -> Condition:
        """What the state machine goes by."""
        return Condition(
            Direction(self.direction), self.threshold, self.clear_threshold, self.for_s, self.clear_for_s
        )

    @property
    def is_silenced(self) -> bool:
        """Whether nobody is told now."""
        return self.silenced_until is not None and self.silenced_until > timezone.now()


class AlertState(models.Model):
    """How one series of one machine stands with a rule; `machine.State` as it was after the last look.

    `is_told` says whether somebody was told that it fires, and has to be told of the end; `told_at` is when that was
    the last time, and `fired` how often it has begun to fire since, one that nobody was told of yet among them.
    """

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="states")
    machine = models.CharField(max_length=255)
    series = models.CharField(max_length=200)
    status = models.CharField(max_length=7, choices=Status.choices)
    since = models.FloatField()
    last = models.FloatField()
    value = models.FloatField()
    turned = models.FloatField(null=True)
    fires = models.BooleanField(default=False)
    is_told = models.BooleanField(default=False)
    told_at = models.FloatField(null=True)
    fired = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "metric_alert_states"
        ordering = ["machine", "series"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "machine", "series"], name="metric_alert_states_once")
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.status}"

    @property
    def state(self) -> State:
        """The state as the machine has it."""
        return State(Status(self.status), self.since, self.last, self.value, self.turned, self.fires)

    @state.setter
    def state(self, state: State) -> None:
        self.status, self.since, self.last, self.value = state.status, state.since, state.last, state.value
        self.turned, self.fires = state.turned, state.fires

    @property
    def is_active(self) -> bool:
        """Whether it fires, or did so when it went silent."""
        return self.status == Status.FIRING or (self.status == Status.NO_DATA and self.fires)


class AlertLook(models.Model):
    """How far the samples of a machine have been looked at; `is_silent` where people were told that none come."""

    machine = models.CharField(max_length=255, primary_key=True)
    at = models.DateTimeField()
    is_silent = models.BooleanField(default=False)

    class Meta:
        db_table = "metric_alert_looks"

    def __str__(self) -> str:
        return f"{self.machine} {self.at:%H:%M:%S}"


class GivenRule(models.Model):
    """A rule of ours that this installation was given once: who deletes it does not get it again."""

    key = models.CharField(max_length=64, primary_key=True)

    class Meta:
        db_table = "metric_alert_given"

    def __str__(self) -> str:
        return self.key


@guard_ledger
class AlertEvent(LedgerEntry):
    """A series came to another status; `t` is the moment of the value that did it, in seconds since 1970."""

    clearable = frozenset({"rule_id"})

    rule = models.ForeignKey(AlertRule, null=True, on_delete=models.SET_NULL, related_name="events")
    rule_name = models.CharField(max_length=100)
    severity = models.CharField(max_length=4, choices=Severity.choices)
    machine = models.CharField(max_length=255)
    series = models.CharField(max_length=200)
    before = models.CharField(max_length=7, choices=Status.choices)
    after = models.CharField(max_length=7, choices=Status.choices)
    at = models.DateTimeField()
    value = models.FloatField()
    threshold = models.FloatField()
    silenced = models.BooleanField(default=False)

    class Meta:
        db_table = "metric_alert_events"
        ordering = ["-at", "-created_at"]
        indexes = [
            models.Index(fields=["-at"], name="metric_alert_events_at"),
            models.Index(fields=["rule", "-at"], name="metric_alert_events_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_name}: {self.after}"
