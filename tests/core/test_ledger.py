"""Ledgers: what is written stays, but for the person in it."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditEntry, User
from core import audit
from core.ledger import LedgerEntry
from core.triggers import triggers

LEDGERS = [model for model in LedgerEntry.__subclasses__() if not model._meta.abstract]


@pytest.fixture
def entry(ada: User) -> AuditEntry:
    audit.record("test.done", actor=ada, target=ada, detail={"why": "test"})
    return AuditEntry.objects.get(action="test.done")


def test_an_entry_is_neither_changed_nor_deleted(entry: AuditEntry) -> None:
    for attempt in (
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(action="test.undone"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(actor=None, action="test.undone"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
        entry.delete,
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert AuditEntry.objects.get(pk=entry.pk).action == "test.done"


@pytest.mark.django_db(transaction=True)
def test_a_ledger_is_not_emptied(entry: AuditEntry) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_log CASCADE")
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_a_person_can_be_forgotten_but_not_replaced(entry: AuditEntry, ben: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(actor=ben)
    AuditEntry.objects.filter(pk=entry.pk).update(actor=None, address=None)
    kept = AuditEntry.objects.get(pk=entry.pk)
    assert (kept.actor, kept.action, kept.detail) == (None, "test.done", {"why": "test"})


def test_a_deleted_account_leaves_its_entries_without_a_name(entry: AuditEntry, ada: User) -> None:
    ada.delete()
    kept = AuditEntry.objects.get(pk=entry.pk)
    assert (kept.actor_id, kept.action) == (None, "test.done")


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda model: model.__name__)
def test_every_ledger_is_guarded(ledger: type[LedgerEntry]) -> None:
    table = ledger._meta.db_table
    assert f"{table}_append_only" in triggers
    columns = {field.attname for field in ledger._meta.concrete_fields if field.null}
    assert ledger.clearable <= columns


def test_an_entry_rolls_back_with_what_it_tells_of(ada: User) -> None:
    with transaction.atomic():
        audit.record("test.undone", actor=ada, target=None, detail={"number": str(uuid4())})
        transaction.set_rollback(True)
    assert not AuditEntry.objects.filter(action="test.undone").exists()
