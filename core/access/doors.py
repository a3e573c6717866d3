"""The one door to each protected row."""

from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from core import audit
from core.errors import NotFound

M = TypeVar("M", bound=models.Model)


class OwnedQuerySet(models.QuerySet[M]):
    """Rows with an owner. Every read of a view, an API endpoint, an admin action or a socket begins here."""

    def visible_to(self, user: Any) -> "OwnedQuerySet[M]":
        """Return the rows that `user` may see: their own; staff see all."""
        return self if user.is_staff else self.filter(owner=user)


def get_visible(queryset: Any, user: Any, pk: UUID | str) -> Any:
    """Return the row `pk` of `queryset` if `user` may see it; NotFound where not, absent or hidden alike.

    Staff who open a row of somebody else leave an audit row.
    """
    found = queryset.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such object, or it is not yours.")
    if user.is_staff and getattr(found, "owner_id", user.pk) != user.pk:
        audit.record(f"{found._meta.model_name}.opened_by_staff", actor=user, target=found)
    return found
