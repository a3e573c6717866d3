"""Identifiers."""

import os
import time
from contextlib import suppress
from uuid import UUID


def uuid7() -> UUID:
    """Return a version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits.

    Keys made in order of time keep the indices of busy tables narrow at their right edge.
    """
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def uuid_of(text: str) -> UUID | None:
    """Return the UUID that the text is, or None where it is none."""
    with suppress(ValueError):
        return UUID(text)
    return None
