"""Reads of files."""

from uuid import UUID

from accounts.models import User
from accounts.selectors import quota_of
from files.models import File, Usage


def used_bytes(user: User) -> int:
    """Return how many bytes the account's files have together."""
    return Usage.objects.filter(owner=user).values_list("bytes", flat=True).first() or 0


def free_bytes(user: User) -> int:
    """Return how many bytes the account may still store."""
    return max(0, quota_of(user) - used_bytes(user))


def content_of(user: User, file_id: UUID) -> str | None:
    """Return the hash of the bytes of a file that `user` may see; None for any other."""
    found: str | None = (
        File.objects.visible_to(user).filter(pk=file_id).values_list("object_id", flat=True).first()
    )
    return found
def visible_file(user: User, file_id: UUID) -> File | None:
    """Return a file that `user` may see; None for any other."""
    found: File | None = File.objects.visible_to(user).filter(pk=file_id).first()
    return found


