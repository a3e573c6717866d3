"""Text from outside: what of it can be stored, and what is a number or a size."""

import re
from typing import Any

UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}
SIZE_PATTERN = r"\s*[0-9]{1,15}([.,][0-9]{1,12})?(\s*([kKmMgGtT]?[bB]|bytes?))?\s*"
"""A size as people type it, for browsers too: `300`, `1.5 MB`."""


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


def bytes_of(text: str) -> int | None:
    """Return the number of bytes that a size as people type it says, or None where it is none."""
    if not re.fullmatch(SIZE_PATTERN, text, re.ASCII):
        return None
    figure, unit = re.split(r"(?<=[0-9])\s*(?=[a-z]|$)", text.strip().lower(), maxsplit=1)
    return round(
        float(figure.replace(",", "."))
        * UNITS[unit.removesuffix("bytes").removesuffix("byte").removesuffix("b")]
    )


def cut_to_bytes(text: str, most: int) -> str:
    """Return the beginning of `text` that takes at most so many bytes in UTF-8, with no letter cut in two."""
    return text.encode()[:most].decode(errors="ignore")
