"""What a file is: from its first bytes, and only where those leave it open from its name.

`detect(head, name, size)` is pure: no Django beyond the list of kinds, no file, no guess that costs more than a look.
"""

from files.choices import Kind
from files.detection.magic import from_magic
from files.detection.names import from_name
from files.detection.result import UNKNOWN, Detected
from files.detection.text import from_text, text_of

__all__ = ["HEAD_BYTES", "UNKNOWN", "Detected", "detect", "text_of"]

HEAD_BYTES = 64 * 1024


def detect(head: bytes, name: str = "", size: int | None = None) -> Detected:
    """Return media type and kind of a file that begins with `head` and has `size` bytes in all."""
    size = len(head) if size is None else size
    if not size:
        return Detected("application/x-empty", Kind.EMPTY)
    whole = size <= len(head)
    return from_magic(head, name) or from_text(head, name, whole=whole) or from_name(name, size) or UNKNOWN
