"""Desks of alerts: rules to look at, and what happened; rules are made and changed on their pages."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display

from core.desks import ReadOnly
from metrics.alerting.choices import Status
from metrics.alerting.models import AlertEvent, AlertRule, AlertState

TONES = {
    Status.FIRING: "danger",
    Status.PENDING: "warning",
    Status.NO_DATA: "info",
    Status.OK: "success",
}


@admin.register(AlertRule)
class AlertRuleAdmin(ReadOnly):
    """Rules."""

    list_display = (
        "name",
        "metric",
        "machine",
        "direction",
        "threshold",
        "clear_threshold",
        "severity",
        "is_enabled",
        "silenced_until",
    )
    list_filter = (("severity", ChoicesDropdownFilter), "is_enabled")
    search_fields = ("name", "metric")


@admin.register(AlertState)
class AlertStateAdmin(ReadOnly):
    """How each series stands."""

    list_display = ("rule", "machine", "series", "state_shown", "value", "is_told")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("rule",)
    search_fields = ("series", "machine")

    @display(description="Status", ordering="status", label=TONES)  # type: ignore[untyped-decorator]
    def state_shown(self, state: AlertState) -> str:
        """Where it is, in colour."""
        return str(state.status)


@admin.register(AlertEvent)
class AlertEventAdmin(ReadOnly):
    """The ledger of what happened."""

    list_display = ("at", "rule_name", "machine", "series", "before", "after_shown", "value", "silenced")
    list_filter = (
        ("after", ChoicesDropdownFilter),
        ("severity", ChoicesDropdownFilter),
        ("series", FieldTextFilter),
        ("at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    search_fields = ("rule_name", "series")
    show_full_result_count = False

    @display(description="Is", ordering="after", label=TONES)  # type: ignore[untyped-decorator]
    def after_shown(self, event: AlertEvent) -> str:
        """What it came to, in colour."""
        return str(event.after)
