"""Reads of files."""

from accounts.models import User
from accounts.selectors import quota_of
from files.models import Usage


def used_bytes(user: User) -> int:
    """Return how many bytes the account's files have together."""
    return Usage.objects.filter(owner=user).values_list("bytes", flat=True).first() or 0


def free_bytes(user: User) -> int:
    """Return how many bytes the account may still store."""
    return max(0, quota_of(user) - used_bytes(user))
