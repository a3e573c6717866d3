"""Doors to what is for one account alone."""

from typing import Any, TypeVar

from django.db import models
from django.db.models import Case, F, Q, When, Window
from django.db.models.functions import RowNumber

from core.access.doors import OwnedQuerySet
from core.notifications.choices import OPEN_DELIVERIES, Channel, Level

M = TypeVar("M", bound=models.Model)


class PersonalQuerySet(OwnedQuerySet[M]):
    """Rows that nobody but their owner sees, staff neither; the back office has desks."""

    def visible_to(self, user: Any) -> "PersonalQuerySet[M]":
        """Return the rows of `user`."""
        return self.filter(owner_id=user.pk)


_FIRST = (
    Case(When(Q(channel=Channel.EMAIL) | Q(notification__level=Level.BAD), then=0), default=1),
    F("available_at"),
)


class DeliveryQuerySet(PersonalQuerySet[Any]):
    """Deliveries."""

    def due(self, now: Any) -> "DeliveryQuerySet":
        """Return those that nobody is sending and whose time has come: e-mail and what is bad, then the longest due."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, status__in=sorted(OPEN_DELIVERIES), available_at__lte=now).order_by(*_FIRST)

    def fair(self, now: Any, each: int) -> "DeliveryQuerySet":
        """Return the first `each` of every owner, what is under way counted before what is due, but given last."""
        taken = Case(When(lease_until__gte=now, then=0), default=1)
        place = Window(RowNumber(), partition_by="owner_id", order_by=[taken, *_FIRST])
        open_ones = self.filter(status__in=sorted(OPEN_DELIVERIES), available_at__lte=now)
        found: DeliveryQuerySet = open_ones.annotate(place=place).filter(place__lte=each)
        return found.order_by(taken.desc(), *_FIRST)
