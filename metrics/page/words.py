"""Values of series in words."""

from collections.abc import Callable

from core import formatting
from core.formatting import DASH, SPACE

_WORDS: dict[str, Callable[[float], str]] = {
    "%": lambda value: f"{formatting.significant(value)}{SPACE}%",
    "bytes": formatting.size,
    "bytes/s": lambda value: f"{formatting.size(value)}/s",
    "MB/s": formatting.rate,
    "1/s": lambda value: f"{formatting.significant(value)}/s",
    "s": formatting.duration,
    "ms": lambda value: f"{formatting.significant(value)}{SPACE}ms",
}


def words(value: float | None, unit: str) -> str:
    """Return a value with its unit, as frontend/scripts/charts/series/words.ts writes it."""
    return DASH if value is None else _WORDS.get(unit, formatting.significant)(value)
