"""Every file that may be text has a row for its text, made by the database: no way of writing files can forget it."""

from core.triggers import Trigger, triggers
from files.choices import TEXTS

_KINDS = ", ".join(f"'{kind}'" for kind in sorted(TEXTS))
_SQL = f"""
CREATE OR REPLACE FUNCTION file_texts_expect() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO file_texts (file_id) SELECT id FROM new_rows WHERE kind IN ({_KINDS}) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS file_texts_expect ON files;
CREATE TRIGGER file_texts_expect AFTER INSERT ON files REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION file_texts_expect();
"""  # noqa: S608 - the kinds are ours

triggers.add("file_texts_expect", Trigger("file_texts_expect", "files", _SQL))
