"""Locks that one transaction holds against all others, whatever machine they come from."""

from collections.abc import Iterable

from django.db import connection


def lock_objects(hashes: Iterable[str]) -> None:
    """Wait until no other transaction puts or removes these bytes, and keep all others from it until the end.

    The locks are taken in one order everywhere, so that two who want the same ones wait and do not block each other.
    """
    names = [_name(sha256) for sha256 in set(hashes)]
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH wanted AS MATERIALIZED"
            " (SELECT hashtextextended(name, 0) AS number FROM unnest(%s::text[]) name ORDER BY number)"
            " SELECT count(pg_advisory_xact_lock(number)) FROM wanted",
            [names],
        )


def try_lock_object(sha256: str) -> bool:
    """Take the lock if nobody has it; say whether."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_name(sha256)])
        return bool(cursor.fetchone()[0])


def _name(sha256: str) -> str:
    return f"dynacomp.object.{sha256}"
