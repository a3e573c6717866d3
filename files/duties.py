"""What the clock does for storage: it removes, in small steps, what is not needed and what crashes have left.

Every step is short, because the clock has more urgent duties than these.
"""

import logging
import re
import time

from core.clock import every
from files.models import StoredObject
from files.services import files_purge, object_collect, stray_remove
from files.staging import leftovers_remove
from files.storage import objects

log = logging.getLogger(__name__)

STRAY_AFTER_S = 3600
UNFINISHED_AFTER_S = 24 * 3600
STEP = 200
_HASH = re.compile("[0-9a-f]{64}")


@every(seconds=30)
def purge_deleted_files() -> None:
    """Let go of deleted files that nobody can have back."""
    files_purge(limit=STEP)


@every(seconds=600)
def remove_leftovers() -> None:
    """Clear the staging folder of what dead processes have left."""
    if removed := leftovers_remove():
        log.warning("%d staged files of dead processes removed", removed)


@every(seconds=3600)
def remove_unfinished_uploads() -> None:
    """Have the object store forget what processes that died had begun to send."""
    if removed := objects().unfinished_remove(older_than_s=UNFINISHED_AFTER_S):
        log.warning("%d unfinished uploads to the object store given up", removed)


@every(seconds=600)
def collect_unreferenced() -> None:
    """Remove objects whose last file went with its account, or while its process died."""
    for sha256 in StoredObject.objects.unreferenced().values_list("pk", flat=True)[:STEP]:
        object_collect(sha256=sha256)


@every(seconds=60)
def remove_strays() -> None:
    """Look at the 256th part of storage whose turn it is, and remove bytes that have no row."""
    strays_remove(prefix=f"{int(time.time() // 60) % 256:02x}")


def strays_remove(*, prefix: str, older_than_s: float = STRAY_AFTER_S) -> int:
    """Remove what lies in storage under hashes of `prefix` without a row; return how many objects."""
    old = {name for name, age in objects().shard(prefix) if age > older_than_s and _HASH.fullmatch(name)}
    known = set(StoredObject.objects.filter(pk__startswith=prefix).values_list("pk", flat=True))
    removed = [sha256 for sha256 in sorted(old - known) if stray_remove(sha256=sha256)]
    if removed:
        log.warning("%d objects without a row removed", len(removed))
    return len(removed)
