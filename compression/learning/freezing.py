"""Rows of which only named columns ever change, and which stay: the database sees to it."""

from collections.abc import Iterable

from core.triggers import Trigger, triggers


def freeze(table: str, *, mutable: Iterable[str]) -> None:
    """Have the database refuse to delete rows of `table`, and to change other columns than `mutable`."""
    name = f"{table}_frozen"
    kept = "".join(f" - '{column}'" for column in sorted(mutable))
    triggers.add(name, Trigger(name, table, _SQL.format(name=name, table=table, kept=kept)))


_SQL = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (to_jsonb(OLD){kept}) IS NOT DISTINCT FROM (to_jsonb(NEW){kept}) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '{table}: what a row says never changes' USING ERRCODE = 'check_violation';
END $$;
DROP TRIGGER IF EXISTS {name} ON {table};
CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""
