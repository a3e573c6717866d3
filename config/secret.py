"""The secret key that signs sessions, kept in the data folder."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from config.env import BadEnvironment


def kept_secret(path: Path) -> str:
    """Return the key in the file; make it where there is none, readable by its owner alone.

    The file appears whole, and of processes that make one at the same time all get the first.
    """
    with contextlib.suppress(FileNotFoundError):
        return _read(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
    return _read(path)


def _read(path: Path) -> str:
    key = path.read_text().strip()
    if not key:
        raise BadEnvironment(f"{path} is empty. Remove it to have a new key made, which ends all sessions.")
    return key
