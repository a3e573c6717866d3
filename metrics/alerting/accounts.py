"""The accounts that alerts have to do with."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import get_user_model

from core.access.roles import STAFF

if TYPE_CHECKING:
    from accounts.models import User
    from metrics.alerting.models import AlertRule


def staff() -> "list[User]":
    """Return those who may see alerts, and so be told of them."""
    return list(get_user_model().objects.filter(role__in=sorted(STAFF), is_active=True).order_by("username"))


def staff_ids() -> tuple[UUID, ...]:
    """Return their ids."""
    return tuple(user.pk for user in staff())


def told(rule: "AlertRule") -> "list[User]":
    """Return the accounts that a rule tells: those with its roles, and those that it names; staff alone."""
    return [user for user in staff() if user.role in rule.roles or user.pk in rule.accounts]
