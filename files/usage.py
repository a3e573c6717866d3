"""The sum of each account's files, kept by the database: no way of writing files can forget it.

Triggers for whole statements, so that a thousand files written at once change the sum once.
"""

from core.triggers import Trigger, triggers

_FUNCTION = """
CREATE OR REPLACE FUNCTION files_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO file_usage (owner_id, bytes, files)
      SELECT owner_id, sum(size), count(*) FROM new_rows WHERE deleted_at IS NULL GROUP BY owner_id ORDER BY owner_id
      ON CONFLICT (owner_id) DO UPDATE
      SET bytes = file_usage.bytes + excluded.bytes, files = file_usage.files + excluded.files;
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE file_usage SET bytes = file_usage.bytes - gone.bytes, files = file_usage.files - gone.files
      FROM (SELECT owner_id, sum(size) AS bytes, count(*) AS files FROM old_rows
            WHERE deleted_at IS NULL GROUP BY owner_id) gone
      WHERE file_usage.owner_id = gone.owner_id;
  ELSE
    INSERT INTO file_usage (owner_id, bytes, files)
      SELECT DISTINCT owner_id, 0, 0 FROM new_rows ON CONFLICT (owner_id) DO NOTHING;
    UPDATE file_usage SET bytes = file_usage.bytes + more.bytes, files = file_usage.files + more.files
      FROM (SELECT owner_id, sum(bytes) AS bytes, sum(files) AS files FROM (
              SELECT owner_id, size AS bytes, 1 AS files FROM new_rows WHERE deleted_at IS NULL
              UNION ALL SELECT owner_id, -size, -1 FROM old_rows WHERE deleted_at IS NULL) both_ways
            GROUP BY owner_id HAVING sum(bytes) <> 0 OR sum(files) <> 0) more
      WHERE file_usage.owner_id = more.owner_id;
  END IF;
  RETURN NULL;
END $$;
"""
_TRIGGER = """
DROP TRIGGER IF EXISTS {name} ON files;
CREATE TRIGGER {name} AFTER {operation} ON files REFERENCING {tables}
  FOR EACH STATEMENT EXECUTE FUNCTION files_usage();
"""
_TABLES = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}

for operation, tables in _TABLES.items():
    name = f"files_usage_{operation}"
    sql = _FUNCTION + _TRIGGER.format(name=name, operation=operation.upper(), tables=tables)
    triggers.add(name, Trigger(name, "files", sql))
