"""A database that goes away for a while."""

import time

from django.db import InterfaceError, OperationalError, connection
from psycopg.errors import DiskFull

# What Django raises where the database cannot be reached, shuts down, or ended the connection.
OUTAGES = (OperationalError, InterfaceError)


def is_full(error: BaseException) -> bool:
    """Whether the database says that its disk is full, which no waiting mends; Django calls that an outage too."""
    return isinstance(error.__cause__, DiskFull)


def await_database(patience_s: float) -> None:
    """Have a working connection in this thread, waiting up to `patience_s` for a database that restarts.

    For code that may have been away from the database for so long that its connection is dead. Within a
    transaction it does nothing: what is begun there is lost with its connection.
    """
    if connection.in_atomic_block:
        return
    deadline = time.monotonic() + patience_s
    if connection.connection is not None and not connection.is_usable():
        connection.close()
    while True:
        try:
            connection.ensure_connection()
        except OUTAGES:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return
