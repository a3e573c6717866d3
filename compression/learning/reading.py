"""Packed states, read once in a process."""

import logging
from functools import lru_cache
from uuid import UUID

from compression.engine.errors import CorruptStream
from compression.engine.learning.state import State
from compression.learning.models import LearningState

log = logging.getLogger(__name__)


@lru_cache(maxsize=8)
def unpacked(pk: UUID) -> State | None:
    """Return a state, which never changes; None, and the reason in the log, where it cannot be read."""
    packed = LearningState.objects.values_list("packed", flat=True).get(pk=pk)
    try:
        return State.unpacked(bytes(packed))
    except CorruptStream as error:
        log.error("state %s cannot be read: %s", pk, error.message)
        return None
