"""The database of the tests: ledgers refuse to be emptied, so the flush after a transactional test is let through."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(autouse=True, scope="session")
def flush_past_ledgers() -> Iterator[None]:
    """Have `flush` run with triggers off: only here, and only for the superuser of the tests."""
    original = DatabaseOperations.execute_sql_flush

    def flush(self: Any, statements: list[str]) -> None:
        begin = "SET session_replication_role = replica"
        original(self, [begin, *statements, "SET session_replication_role = DEFAULT"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
        yield
