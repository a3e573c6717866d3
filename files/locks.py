"""Locks that one transaction holds against all others, whatever machine they come from."""

from django.db import connection


def lock_object(sha256: str) -> None:
    """Wait until no other transaction puts or removes these bytes, and keep all others from it until the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_name(sha256)])


def try_lock_object(sha256: str) -> bool:
    """Take the lock if nobody has it; say whether."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_name(sha256)])
        return bool(cursor.fetchone()[0])


def _name(sha256: str) -> str:
    return f"dynacomp.object.{sha256}"
