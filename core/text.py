"""Text that can be stored: PostgreSQL holds no NUL, and UTF-8 no lone surrogate."""

from typing import Any


def storable(value: Any) -> Any:
    """Return text, or JSON with text in it, with a mark in place of each character that cannot be stored."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode(errors="replace").decode()
    if isinstance(value, dict):
        return {storable(name): storable(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(inner) for inner in value]
    return value
