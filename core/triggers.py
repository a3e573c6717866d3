"""Triggers are code: after every `migrate` the database gets the ones that the tables of this version ask for.

A trigger carries the fingerprint of its source as its comment, so that an unchanged one costs a look and nothing
else, and a changed table of transitions needs no migration that somebody could forget.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction

from core.ledger import LedgerEntry, append_only_sql
from core.registry import Registry
from core.states import Machine

MARK = "dynacomp:"


@dataclass(frozen=True)
class Trigger:
    """Statements that install the trigger `name` on `table`."""

    name: str
    table: str
    sql: str

    @property
    def mark(self) -> str:
        """What the installed trigger has as its comment; changes when the statements change."""
        return f"{MARK}{hashlib.sha256(self.sql.encode()).hexdigest()[:16]}"


triggers: Registry[Trigger] = Registry("trigger")
machines: Registry[Machine] = Registry("state machine")


def guard_states(machine: Machine) -> Machine:
    """Have the database enforce `machine`; called where the machine is defined."""
    machines.add(machine.table, machine)
    name = f"{machine.table}_{machine.column}_machine"
    triggers.add(name, Trigger(name, machine.table, machine.trigger_sql()))
    return machine


def guard_ledger(model: type[LedgerEntry]) -> type[LedgerEntry]:
    """Have the database refuse changes to the rows of `model`; a class decorator."""
    table = model._meta.db_table
    name = f"{table}_append_only"
    triggers.add(name, Trigger(name, table, append_only_sql(table, clearable=model.clearable)))
    return model


def install(*, using: str = "default", **_: Any) -> None:
    """Install what is missing or changed, and drop what the code does not know any more; receiver of `post_migrate`."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        # Two processes that migrate at once must not replace the same function at once.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dynacomp.triggers'))")
        cursor.execute(
            "SELECT t.tgname, c.relname, coalesce(obj_description(t.oid, 'pg_trigger'), '')"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
        installed = {name: (table, mark) for name, table, mark in cursor.fetchall()}
        tables = set(connection.introspection.table_names(cursor))
        for trigger in triggers.values():
            if trigger.table in tables and installed.get(trigger.name) != (trigger.table, trigger.mark):
                cursor.execute(trigger.sql)
                cursor.execute(f"COMMENT ON TRIGGER {trigger.name} ON {trigger.table} IS '{trigger.mark}'")
        for name, (table, mark) in installed.items():
            if mark.startswith(MARK) and name not in triggers:
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
