"""The end of a log."""

from pathlib import Path

READ_BYTES = 16_384


def last_lines(path: Path, *, since: int = 0, count: int = 12) -> list[str]:
    """Return the last lines that a text file has after byte `since`; none where it cannot be read."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(since if since <= size else 0, size - READ_BYTES))  # it may have been emptied since
            return file.read().decode(errors="replace").splitlines()[-count:]
    except OSError:
        return []
