"""The blocks of a stored container: mapped when somebody asks, and kept for a while, since content never changes."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from django.core.cache import cache
from redis.exceptions import RedisError

from compression import calls
from compression.engine import errors as engine
from compression.engine.analysed import ANALYSIS_VERSION
from compression.engine.blockmap import BlockMap
from compression.engine.isolation.analyse import blocks
from compression.errors import translate
from core.errors import TooMany
from files import services as files

if TYPE_CHECKING:
    from files.models import File

BUDGET_CPU_S = 6.0
KEPT_S = 24 * 3600
BUSY_S = 5


def block_map(source: "File") -> BlockMap:
    """Return the map of a file in the container .dcz; Unprocessable where it is none, TooMany where nothing is free."""
    key = f"blocks:{ANALYSIS_VERSION}:{source.sha256}"
    with suppress(RedisError):
        if kept := cache.get(key):
            return BlockMap.from_config(json.loads(kept))
    found = _mapped(source)
    with suppress(RedisError):
        cache.set(key, json.dumps(found.config()), KEPT_S)
    return found


def _mapped(source: "File") -> BlockMap:
    with calls.slot() as free:
        if not free:
            detail = "Others have their files looked at just now. Try again in a moment."
            raise TooMany(detail, retry_after_s=BUSY_S)
        with files.file_on_disk(source) as stored:
            try:
                return blocks(stored.fileno(), budget_cpu_s=BUDGET_CPU_S)
            except engine.EngineError as error:
                raise translate(error) from error
