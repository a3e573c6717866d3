"""What can be wrong with stored bytes."""

import logging

from core.errors import AppError

log = logging.getLogger(__name__)


class ObjectMissing(AppError):
    """The bytes of a file are not where they were put."""

    status, code, title = 500, "object_missing", "The stored bytes are missing"

    def __init__(self, sha256: str) -> None:
        log.error("object %s is missing", sha256)
        super().__init__(
            f"Nothing is stored under SHA-256 {sha256}. Upload the same file again to repair it, or restore a back-up."
        )


class ObjectDamaged(AppError):
    """The bytes of a file are no longer the ones that were put there."""

    status, code, title = 500, "object_damaged", "The stored bytes are damaged"

    def __init__(self, sha256: str) -> None:
        log.error("object %s is damaged", sha256)
        super().__init__(
            f"What is stored under SHA-256 {sha256} has changed. Upload the same file again to repair it, or restore a "
            "back-up."
        )
