"""Whether a rule can be: for those that are kept, and for those that are only tried."""

from collections.abc import Mapping
from typing import Any

from core.errors import Invalid, Unprocessable
from metrics import storage
from metrics.alerting import accounts, rules
from metrics.alerting.choices import Told
from metrics.alerting.matching import count_of
from metrics.alerting.models import AlertRule
from metrics.models import Machine


def rule_of(values: Mapping[str, Any]) -> AlertRule:
    """Return a rule that is not saved; Invalid or Unprocessable where it cannot be. For previews too."""
    given = dict(values)
    threshold = float(given["threshold"])
    clear = given.get("clear_threshold")
    given["clear_threshold"] = threshold if clear is None else float(clear)
    rule = AlertRule(**given)
    check(rule)
    return rule


def check(rule: AlertRule) -> None:
    """Raise Invalid or Unprocessable, with the field, where a rule cannot be."""
    rules.check_metric(rule.metric)
    rules.check_thresholds(rule.direction, rule.threshold, rule.clear_threshold)
    if rule.machine and not Machine.objects.filter(name=rule.machine).exists():
        raise Invalid.field("machine", f"There is no machine “{rule.machine}”.", "unknown_machine")
    if unknown := sorted(set(rule.roles) - set(Told.values)):
        raise Invalid.field("roles", f"“{unknown[0]}” cannot be told.", "unknown_role")
    if set(rule.accounts) - set(accounts.staff_ids()):
        raise Invalid.field("accounts", "Only operators and administrators can be told.", "not_staff")
    if "*" in rule.metric:
        count = count_of(rule.metric, storage.series(rule.machine or None))
        if count > rules.MOST_SERIES:
            words = f"It means {count} series; one rule looks at {rules.MOST_SERIES} at most."
            raise Unprocessable(words, code="too_many_series", errors=Invalid.field("metric", words).errors)
