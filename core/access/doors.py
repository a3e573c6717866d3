"""The one door to each protected row."""

from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.db import models, transaction
from redis.exceptions import RedisError

from core import audit
from core.errors import FieldError, NotFound

NOTED_FOR_S = 600

M = TypeVar("M", bound=models.Model)


class OwnedQuerySet(models.QuerySet[M]):
    """Rows with an owner. Every read of a view, an API endpoint, an admin action or a socket begins here."""

    def visible_to(self, user: Any) -> "OwnedQuerySet[M]":
        """Return the rows that `user` may see: their own; staff see all."""
        return self if user.is_staff else self.filter(owner_id=user.pk)


def get_visible(queryset: Any, user: Any, pk: UUID | str, *, field: str = "") -> Any:
    """Return the row `pk` of `queryset` if `user` may see it; NotFound where not, absent or hidden alike.

    `field` is that of the body which names the row, where it is not the address.

    Staff who open a row of somebody else leave an audit row; a page that looks again and again leaves one.
    """
    found = queryset.visible_to(user).filter(pk=pk).first()
    if found is None:
        detail = "There is no such object, or it is not yours."
        raise NotFound(detail, errors=[FieldError(field, "not_found", detail)] if field else [])
    if user.is_staff and getattr(found, "owner_id", user.pk) != user.pk:
        _note_opening(found, user)
    return found


def _note_opening(found: models.Model, user: Any) -> None:
    key = f"opened:{user.pk}:{found.pk}"
    with suppress(RedisError):  # without Redis each look is noted
        if cache.get(key):
            return
    audit.record(f"{found._meta.model_name}.opened_by_staff", actor=user, target=found)
    transaction.on_commit(partial(cache.set, key, 1, NOTED_FOR_S), robust=True)
