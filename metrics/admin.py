"""Desks of metrics."""

from metrics.alerting.admin import AlertEventAdmin, AlertRuleAdmin, AlertStateAdmin

__all__ = ["AlertEventAdmin", "AlertRuleAdmin", "AlertStateAdmin"]
