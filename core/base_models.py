"""What the models of all apps are made from."""

from typing import Any

from django.conf import settings
from django.db import models

from core.access.doors import OwnedQuerySet
from core.ids import uuid7


class Owned(models.Model):
    """A row that belongs to an account; read it through `objects.visible_to(user)`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True, editable=False)

    objects: Any = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True
