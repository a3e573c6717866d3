"""The door to files."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from core.access import OwnedQuerySet
from files.rules import UNDO_FOR


class FileQuerySet(OwnedQuerySet[Any]):
    """Files. Deleted ones are not visible to anybody; for a while `restorable_by` still finds them."""

    def visible_to(self, user: Any) -> "FileQuerySet":
        """Return the files that `user` may see."""
        return self._owned_by(user).filter(deleted_at__isnull=True)

    def deletable_by(self, user: Any) -> "FileQuerySet":
        """Return the files that `user` may delete: operators see what belongs to others, administrators delete it."""
        seen = self.visible_to(user)
        return seen if user.is_superuser else seen.filter(owner_id=user.pk)

    def restorable_by(self, user: Any) -> "FileQuerySet":
        """Return the deleted files that `user` may have back."""
        return self._owned_by(user).filter(deleted_at__gt=timezone.now() - UNDO_FOR)

    def past_undo(self) -> "FileQuerySet":
        """Return the deleted files that nobody can have back."""
        return self.filter(deleted_at__lte=timezone.now() - UNDO_FOR)

    def _owned_by(self, user: Any) -> "FileQuerySet":
        return self if user.is_staff else self.filter(owner_id=user.pk)


class StoredObjectQuerySet(models.QuerySet[Any]):
    """Stored bytes."""

    def unreferenced(self) -> "StoredObjectQuerySet":
        """Return the objects that neither a file, not even a deleted one, nor a job refers to."""
        from files.batch.models import Batch, BatchItem
        from files.models import File

        return self.filter(
            ~Exists(File.objects.filter(object=OuterRef("pk"))),
            ~Exists(Batch.objects.filter(source=OuterRef("pk"))),
            ~Exists(BatchItem.objects.filter(object=OuterRef("pk"))),
        )


class FileTextQuerySet(models.QuerySet[Any]):
    """Texts of files."""

    def waiting(self, attempts: int) -> "FileTextQuerySet":
        """Return the texts that are to be read, without those that failed `attempts` times."""
        return self.filter(read_at__isnull=True, attempts__lt=attempts)
