"""Shapes of alerts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import BoundedListField
from core.api.strict import Strict
from metrics.alerting import rules
from metrics.alerting.choices import Direction, Severity, Status, Told
from metrics.alerting.models import AlertEvent, AlertRule, AlertState, everyone_told
from metrics.alerting.preview import Preview
from metrics.alerting.selectors import worst_of
from metrics.api.history_asking import MomentField
from metrics.choices import Resolution

DAY = timedelta(days=1)
LONGEST = timedelta(days=366)


class AlertStateOut(serializers.ModelSerializer[AlertState]):
    """How one series stands with a rule; `value` and `at` are those of its last value."""

    since = serializers.SerializerMethodField()
    at = serializers.SerializerMethodField()

    class Meta:
        model = AlertState
        fields = ["machine", "series", "status", "since", "value", "at"]

    def get_since(self, state: AlertState) -> datetime:
        """When it came to this status."""
        return datetime.fromtimestamp(state.since, UTC)

    def get_at(self, state: AlertState) -> datetime:
        """When its last value was."""
        return datetime.fromtimestamp(state.last, UTC)


class AlertRuleOut(serializers.ModelSerializer[AlertRule]):
    """A rule with the states of its series; `status` is the worst of them, null where it looks at nothing yet."""

    enabled = serializers.BooleanField(source="is_enabled")
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Told.choices))
    accounts = serializers.ListField(child=serializers.UUIDField())
    status = serializers.SerializerMethodField()
    states = AlertStateOut(many=True)

    class Meta:
        model = AlertRule
        fields = [
            "id",
            "name",
            "metric",
            "machine",
            "direction",
            "threshold",
            "clear_threshold",
            "for_s",
            "clear_for_s",
            "severity",
            "roles",
            "accounts",
            "enabled",
            "silenced_until",
            "silence_reason",
            "created_at",
            "status",
            "states",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=Status.choices, allow_null=True))
    def get_status(self, rule: AlertRule) -> str | None:
        """Return the worst status of its series."""
        return worst_of(rule)


class AlertConditionIn(Strict):
    """When a rule fires and when it is over. `clear_threshold` is the threshold where it is left out."""

    metric = rules.METRIC.serializer_field()
    machine = serializers.CharField(
        max_length=255, required=False, allow_blank=True, help_text="All, where it is left out."
    )
    direction = rules.DIRECTION.serializer_field(default=Direction.ABOVE)
    threshold = serializers.FloatField()
    clear_threshold = serializers.FloatField(required=False, allow_null=True)
    for_s = rules.FOR_S.serializer_field(default=60)
    clear_for_s = rules.CLEAR_FOR_S.serializer_field(default=60)


class AlertRuleIn(AlertConditionIn):
    """A new rule."""

    name = rules.NAME.serializer_field()
    severity = rules.SEVERITY.serializer_field(default=Severity.WARN)
    roles = BoundedListField(
        child=serializers.ChoiceField(choices=Told.choices), default=everyone_told, max_length=2
    )
    accounts = BoundedListField(child=serializers.UUIDField(), default=list, max_length=rules.MOST_PEOPLE)
    enabled = serializers.BooleanField(source="is_enabled", default=True)


class AlertRuleChangeIn(Strict):
    """What changes; what is left out stays."""

    ignored = frozenset({"id", "created_at", "silenced_until", "silence_reason", "status", "states"})

    name = rules.NAME.serializer_field(required=False)
    metric = rules.METRIC.serializer_field(required=False)
    machine = serializers.CharField(max_length=255, required=False, allow_blank=True)
    direction = rules.DIRECTION.serializer_field(required=False)
    threshold = serializers.FloatField(required=False)
    clear_threshold = serializers.FloatField(required=False)
    for_s = rules.FOR_S.serializer_field(required=False)
    clear_for_s = rules.CLEAR_FOR_S.serializer_field(required=False)
    severity = rules.SEVERITY.serializer_field(required=False)
    roles = BoundedListField(
        child=serializers.ChoiceField(choices=Told.choices), required=False, max_length=2
    )
    accounts = BoundedListField(child=serializers.UUIDField(), required=False, max_length=rules.MOST_PEOPLE)
    enabled = serializers.BooleanField(source="is_enabled", required=False)


class AlertSilenceIn(Strict):
    """Until when nobody is told: a moment, or so many seconds from now; null ends it."""

    until = serializers.DateTimeField(required=False, allow_null=True)
    seconds = rules.SILENCE_S.serializer_field(required=False)
    reason = rules.REASON.serializer_field(default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Make one moment of the two."""
        if ("until" in attrs) == ("seconds" in attrs):
            raise serializers.ValidationError({"until": "Give either until or seconds."}, code="ambiguous")
        if "seconds" in attrs:
            attrs["until"] = timezone.now() + timedelta(seconds=attrs.pop("seconds"))
        return attrs


class AlertPreviewIn(AlertConditionIn):
    """A condition, and the window to try it on: the last day where it is left out."""

    to = MomentField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """Add the one whose name is a word of Python."""
        return {**super().get_fields(), "from": MomentField(required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Fill in the window and see that it has a length."""
        attrs.setdefault("to", timezone.now())
        attrs.setdefault("from", attrs["to"] - DAY)
        if not timedelta(0) < attrs["to"] - attrs["from"] <= LONGEST:
            raise serializers.ValidationError({"from": "Before `to`, and by no more than a year."}, "window")
        return attrs


class AlertIntervalOut(serializers.Serializer[Any]):
    """When it would have fired; `end` is null where it would fire still. `worst` is the worst value in it."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField(allow_null=True)
    worst = serializers.FloatField()


class AlertLineOut(serializers.Serializer[Any]):
    """One series."""

    machine = serializers.CharField()
    series = serializers.CharField()
    intervals = AlertIntervalOut(many=True)


class AlertPreviewOut(serializers.Serializer[Preview]):
    """What would have happened. Of minutes and longer the highest (lowest) values stand for all: at most so often."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    resolution = serializers.ChoiceField(choices=Resolution.choices)
    exact = serializers.BooleanField(source="is_exact")
    count = serializers.IntegerField()
    seconds = serializers.FloatField()
    lines = AlertLineOut(many=True)


class AlertEventOut(serializers.ModelSerializer[AlertEvent]):
    """A series came to another status. `rule` is null where the rule is deleted."""

    rule = serializers.UUIDField(source="rule_id", allow_null=True)

    class Meta:
        model = AlertEvent
        fields = [
            "id",
            "rule",
            "rule_name",
            "severity",
            "machine",
            "series",
            "before",
            "after",
            "at",
            "value",
            "threshold",
            "silenced",
        ]
        read_only_fields = fields
