"""Doors to what is for one account alone."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from core.access.doors import OwnedQuerySet
from core.notifications.choices import OPEN_DELIVERIES

if TYPE_CHECKING:
    from core.notifications.models import Delivery  # noqa: F401 - the name in quotes below

M = TypeVar("M", bound=models.Model)


class PersonalQuerySet(OwnedQuerySet[M]):
    """Rows that nobody but their owner sees, staff neither; the back office has desks."""

    def visible_to(self, user: Any) -> "PersonalQuerySet[M]":
        """Return the rows of `user`."""
        return self.filter(owner_id=user.pk)


class DeliveryQuerySet(PersonalQuerySet["Delivery"]):
    """Deliveries."""

    def due(self, now: Any) -> "DeliveryQuerySet":
        """Return those that nobody is sending and whose time has come, the longest due first."""
        free = models.Q(lease_until=None) | models.Q(lease_until__lt=now)
        return self.filter(free, status__in=sorted(OPEN_DELIVERIES), available_at__lte=now).order_by(
            "available_at"
        )
