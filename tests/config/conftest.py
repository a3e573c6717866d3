"""Folders and accounts for the tests of the services."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.services.account import Account, unprivileged_account


@pytest.fixture
def reachable() -> Iterator[Path]:
    """Give a folder that every account of the system can pass through, which those of pytest are not."""
    folder = Path(tempfile.mkdtemp(prefix="dynacomp-places-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def nobody() -> Account:
    """Give the account that a service of root runs as."""
    return unprivileged_account()
