"""Heads of the parts of multipart forms: Django's reader, with room for long names and for names in any encoding.

Django takes 1024 bytes of head, which a long name in `filename*` or the path of a file in a chosen folder exceeds; and
it passes over a part whose head is no UTF-8, as old programs write names, so that the form seemed to have no file.
The parameters are read in a time that grows with the square of the semicolons: there may be few of them.
"""

from typing import Any

from django.http import multipartparser

# The longest folder and name, all of their characters of four bytes, and these percent-encoded: 15.3 KB.
HEAD_BYTES = 16 * 1024
# Three separate parameters; the others are in names.
SEMICOLONS = 64
_END = b"\r\n\r\n"
_read_part = multipartparser.parse_boundary_stream  # type: ignore[attr-defined]  # the stubs do not know it


def read_part(stream: Any, max_header_size: int) -> tuple[str, dict[str, Any], Any]:
    """Return kind, headers and content of one part, as Django's function of this place does."""
    start = stream.read(HEAD_BYTES)
    head, end, rest = start.partition(_END)
    if head.count(b";") > SEMICOLONS:
        raise multipartparser.MultiPartParserError(f"The head of a part may have {SEMICOLONS} semicolons.")
    stream.unget(_as_utf8(head) + end + rest if end else start)
    part: tuple[str, dict[str, Any], Any] = _read_part(stream, HEAD_BYTES)
    return part


def _as_utf8(head: bytes) -> bytes:
    """Return the head in UTF-8; what is something else is most likely from Windows or in Latin-1."""
    try:
        head.decode()
    except UnicodeDecodeError:
        return head.decode("cp1252", errors="replace").encode()
    return head


def install() -> None:
    """Have all forms read so: Django offers no other way in than this function."""
    multipartparser.parse_boundary_stream = read_part  # type: ignore[attr-defined]
