"""Passwords cost next to nothing in the tests; a server started beside them reads the same hashes."""

from collections.abc import Iterator

import pytest

from accounts.hashers import Argon2


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[None]:
    """Hash with Argon2's least cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Argon2, "time_cost", 1)
        patch.setattr(Argon2, "memory_cost", 8)
        yield
