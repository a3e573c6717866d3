"""Asking PostgreSQL once a second: prepared statements on a connection that is handed in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psycopg import Connection, Cursor

# Returns a connection that works, or raises what psycopg or its owner raises where there is none.
Connect = Callable[[], "Connection[Any]"]


def rows(
    connect: Connect, statement: str, values: Mapping[str, Any] | None = None
) -> Sequence[tuple[Any, ...]]:
    """Return the rows of a statement, which the server has read and planned once."""
    with Cursor(connect()) as cursor:
        return cursor.execute(statement, values, prepare=True).fetchall()
