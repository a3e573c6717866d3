"""What must be right about the place before anything is stored."""

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from files.staging import staging_folder
from files.storage import LocalObjects, objects


@register
def staging_is_near(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    """A staged file becomes an object by one rename, which a volume does not do with another."""
    storage = objects()
    if not isinstance(storage, LocalObjects):
        return []
    os.makedirs(storage.location, mode=0o700, exist_ok=True)
    if os.stat(staging_folder()).st_dev == os.stat(storage.location).st_dev:
        return []
    text = (
        f"STAGING_DIR ({settings.STAGING_DIR}) and the objects ({storage.location}) are on different volumes."
    )
    return [
        Error(
            text,
            hint="Leave STAGING_DIR unset, or choose a folder on the volume of DATA_DIR.",
            id="files.E001",
        )
    ]
