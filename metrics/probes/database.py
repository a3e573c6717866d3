"""PostgreSQL: connections, transactions, what it finds in its memory, and its size."""

import time
from collections.abc import Mapping

from metrics.probes.base import Rates, share
from metrics.probes.sql import Connect, rows

# A backend tells of what it did when it is done, and once a second at most.
STATISTICS = """
SELECT xact_commit, xact_rollback, deadlocks, blks_hit, blks_read,
  (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
  (SELECT count(*) FROM pg_stat_activity
   WHERE backend_type = 'client backend' AND xact_start IS NOT NULL AND pid <> pg_backend_pid())
FROM pg_stat_database WHERE datname = current_database()
"""
SIZE = "SELECT pg_database_size(current_database())"


class Database:
    """What the server counts of our database."""

    every_s = 2.0

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._rates = Rates()

    def read(self) -> Mapping[str, float]:
        """Return connections, rates, and the share of pages that were found in memory since the last reading."""
        ((commits, rollbacks, deadlocks, hits, reads, connections, transactions),) = rows(
            self._connect, STATISTICS
        )
        found = self._rates.of(
            {
                "database.transactions_s": commits + rollbacks,
                "database.rollbacks_s": rollbacks,
                "database.deadlocks_s": deadlocks,
                "hits": hits,
                "reads": reads,
            }
        )
        hit, missed = found.pop("hits", 0.0), found.pop("reads", 0.0)
        if hit + missed:
            found["database.cache_hit_percent"] = share(hit, hit + missed)
        found["database.connections"] = connections
        found["database.transactions_open"] = transactions
        return found


class DatabaseSize:
    """How much the database takes; the server adds up its files for it."""

    every_s = 30.0

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def read(self) -> Mapping[str, float]:
        """Return the bytes; the longer it took, the longer until the next time."""
        began = time.monotonic()
        ((size,),) = rows(self._connect, SIZE)
        self.every_s = max(30.0, 200 * (time.monotonic() - began))
        return {"database.size_bytes": size}
