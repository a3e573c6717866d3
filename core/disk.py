"""Small files that are replaced in one step. Knows no Django: the supervisor uses it before there is any."""

import os
import tempfile
from pathlib import Path


def replace_text(path: Path, content: str, *, lasting: bool = False) -> None:
    """Replace the file by one that only its owner can read; a reader sees the old content or the new.

    With `lasting` it is on the disk when this returns, whatever happens to the power. Raises OSError.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(content)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
