"""The ledger of outcomes: nothing is changed, nothing is taken away."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from compression.choices import Operation
from compression.models import HistoryEntry


@pytest.fixture
def entry(ada: User) -> HistoryEntry:
    return HistoryEntry.objects.create(
        owner=ada,
        operation=Operation.COMPRESS,
        algorithm="zstd",
        algorithm_version=1,
        content_sha256="0" * 64,
        machine="test",
        succeeded=True,
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE compression_history SET original_size = 1",
        "DELETE FROM compression_history",
        "TRUNCATE compression_history",
        "UPDATE compression_history SET owner_id = gen_random_uuid()",
    ],
)
def test_the_database_refuses_changes(entry: HistoryEntry, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # or PostgreSQL refuses to truncate for another reason
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(statement)
    assert HistoryEntry.objects.filter(pk=entry.pk, owner=entry.owner).count() == 1


def test_an_account_that_goes_leaves_its_outcomes_without_a_name(entry: HistoryEntry, ada: User) -> None:
    HistoryEntry.objects.update(owner=None)
    entry.refresh_from_db()
    assert entry.owner is None
