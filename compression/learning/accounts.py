"""The accounts that learning has to do with: staff, who are told, and one of them, who owns the platform's own jobs."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import get_user_model

from core.access.roles import STAFF, Role

if TYPE_CHECKING:
    from accounts.models import User


def keeper() -> "User | None":
    """Return the account that owns jobs which nobody asked for: the first administrator."""
    users = get_user_model().objects
    return users.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("created_at", "pk").first()


def administrators() -> "list[User]":
    """Return the accounts that answer for the platform."""
    return list(get_user_model().objects.filter(role=Role.ADMINISTRATOR, is_active=True))


def staff() -> tuple[UUID, ...]:
    """Return the ids of the accounts that look after the platform."""
    users = get_user_model().objects.filter(role__in=sorted(STAFF), is_active=True)
    return tuple(users.values_list("pk", flat=True))
