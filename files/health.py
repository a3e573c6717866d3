"""Health of storage."""

from core.health import check
from files.storage import objects


@check("storage")
def storage() -> str:
    """Write and read a trifle where the bytes of files go."""
    return objects().probe()
