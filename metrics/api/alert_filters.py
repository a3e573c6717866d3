"""What alert rules and their events are found by."""

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import BooleanFilter, UUIDFilter

from core.api.filters import ChoiceInFilter, CreatedFilters, after, before
from metrics.alerting.choices import Severity, Status
from metrics.alerting.models import AlertEvent, AlertRule


class AlertRuleFilter(CreatedFilters):
    """`status` keeps the rules of which some series is in it."""

    severity = ChoiceInFilter(
        choices=Severity.choices, lookup_expr="in", help_text="One, or several by commas."
    )
    status = ChoiceInFilter(
        field_name="states__status", choices=Status.choices, lookup_expr="in", distinct=True
    )
    enabled = BooleanFilter(field_name="is_enabled")
    silenced = BooleanFilter(method="by_silence")

    class Meta:
        model = AlertRule
        fields = ("metric", "machine")

    def by_silence(self, queryset: QuerySet[AlertRule], name: str, value: bool) -> QuerySet[AlertRule]:  # noqa: FBT001 as django-filter calls it
        """Keep what is silenced now, or what is not."""
        now = timezone.now()
        return queryset.filter(silenced_until__gt=now) if value else queryset.exclude(silenced_until__gt=now)


class AlertEventFilter(CreatedFilters):
    """`rule` is an id; `after` what a series came to."""

    at_after = after("at")
    at_before = before("at")
    rule = UUIDFilter(field_name="rule_id")
    after = ChoiceInFilter(choices=Status.choices, lookup_expr="in", help_text="One, or several by commas.")

    class Meta:
        model = AlertEvent
        fields = ("machine", "series", "severity", "silenced")
