"""Text from outside: what of it can be stored, and what is a number."""

from typing import Any


def storable(value: Any) -> Any:
    """Return text, or JSON with text in it, with a mark in place of each character that cannot be stored.

    PostgreSQL holds no NUL, and UTF-8 no lone surrogate.
    """
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode(errors="replace").decode()
    if isinstance(value, dict):
        return {storable(name): storable(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(inner) for inner in value]
    return value


def whole_number(text: str, *, low: int, high: int) -> int | None:
    """Return the number that the ASCII digits say, or None where it is none from `low` to `high`."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(high))):
        return None
    return number if low <= (number := int(text)) <= high else None
