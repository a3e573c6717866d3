"""What the tests of files share: a storage of their own, and files in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from files.models import File
from files.services import file_adopt
from files.staging import staging


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> Path:
    """Use an empty storage; return its folder."""
    folder = tmp_path / "objects"
    settings.STAGING_DIR = folder / "staging"
    settings.STORAGES = {
        **settings.STORAGES,
        "objects": {
            "BACKEND": "files.storage.LocalObjects",
            "OPTIONS": {"location": str(folder), "base_url": None},
        },
    }
    return folder


@pytest.fixture
def stored(storage: Path) -> Callable[..., File]:
    """Return a function that stores bytes as a file of an account."""

    def store(owner: User, content: bytes = b"some bytes\n", name: str = "some.txt", **options: Any) -> File:
        with staging() as staged:
            staged.write(content)
            return file_adopt(owner=owner, staged=staged, name=name, **options)

    return store


@pytest.fixture
def bytes_in(storage: Path) -> Callable[[], list[str]]:
    """Return a function that lists what lies in storage: hashes, and staged files as `staging/…`."""

    def listed() -> list[str]:
        found = [path.relative_to(storage) for path in storage.rglob("*") if path.is_file()]
        return sorted(str(path) if path.parts[0] == "staging" else path.name for path in found)

    return listed
