"""Where bytes lie: content-addressed objects behind Django's storage interface."""

from typing import cast

from django.core.files.storage import storages

from files.storage.base import Objects, key_of
from files.storage.local import LocalObjects

__all__ = ["LocalObjects", "Objects", "key_of", "objects"]


def objects() -> Objects:
    """Return the storage of the settings."""
    return cast(Objects, storages["objects"])
