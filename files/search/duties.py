"""What the clock does for search."""

from core.clock import every
from files.search.services import texts_read

READ_FOR_S = 0.25
"""How long the clock's other duties may wait for this one; a text takes some milliseconds."""


@every(seconds=1)
def read_texts() -> None:
    """Read the texts of new files."""
    texts_read(seconds=READ_FOR_S)
