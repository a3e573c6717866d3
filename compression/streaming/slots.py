"""How many streams run at once in this process."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from core.errors import TooMany, Unavailable

RETRY_AFTER_S = 5

_lock = threading.Lock()
_taken: Counter[Any] = Counter()


@contextmanager
def taken(who: Any) -> Iterator[None]:
    """Hold one of the places for an account.

    TooMany where the account has all that one may have, Unavailable where all of the process are taken.
    """
    with _lock:
        if _taken[who] >= settings.STREAM_SLOTS_PER_ACCOUNT:
            raise TooMany(
                f"{_taken[who]} of your streams are open. Wait until one has ended.",
                retry_after_s=RETRY_AFTER_S,
                code="too_many_streams",
            )
        if _taken.total() >= settings.STREAM_SLOTS:
            raise Unavailable(
                "All places for streams are taken. Try again in a moment, or send the bytes as a file.",
                code="streams_busy",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        _taken[who] += 1
    try:
        yield
    finally:
        with _lock:
            _taken[who] -= 1
            if not _taken[who]:
                del _taken[who]
