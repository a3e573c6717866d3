"""Append-only tables: the base of every ledger.

The database refuses updates, deletes and truncation. The one exception is pseudonymisation: when an account is
deleted its references in a ledger are cleared, which the trigger allows for the named columns and to NULL only.
"""

from collections.abc import Iterable
from typing import ClassVar

from django.db import models

from core.ids import uuid7


def append_only_sql(table: str, *, clearable: Iterable[str] = ()) -> str:
    """Return the trigger that makes `table` append-only but for clearing the columns `clearable`."""
    columns = sorted(clearable)
    kept = "".join(f" - '{column}'" for column in columns)
    cleared = (
        " AND ".join(f"(NEW.{c} IS NULL OR NEW.{c} IS NOT DISTINCT FROM OLD.{c})" for c in columns) or "false"
    )
    name = f"{table}_append_only"
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND ({cleared})
     AND (to_jsonb(OLD){kept}) IS NOT DISTINCT FROM (to_jsonb(NEW){kept}) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'check_violation';
END $$;
DROP TRIGGER IF EXISTS {name} ON {table};
CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
DROP TRIGGER IF EXISTS {name}_truncate ON {table};
CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


class LedgerEntry(models.Model):
    """One thing that happened. Subclasses name the columns that forget a person in `clearable`."""

    clearable: ClassVar[frozenset[str]] = frozenset()

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["-created_at"]
