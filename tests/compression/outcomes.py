"""Outcomes for tests that read the ledger: made in bulk, without any codec at work."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from compression.models import HistoryEntry

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def sha(name: object) -> str:
    """Return a content hash for a name."""
    return hashlib.sha256(str(name).encode()).hexdigest()


def outcome(content: object = "a", **fields: Any) -> HistoryEntry:
    """Return an unsaved outcome: 1 MB with zstd 3, ratio 4, 100 MB/s, 200 MB/s."""
    return HistoryEntry(
        **{
            "operation": "compress",
            "algorithm": "zstd",
            "algorithm_version": 1,
            "level": 3,
            "content_sha256": sha(content),
            "content_kind": "text",
            "media_type": "text/plain",
            "original_size": 1_000_000,
            "compressed_size": 250_000,
            "compress_seconds": 0.01,
            "decompress_seconds": 0.005,
            "peak_memory_bytes": 1000,
            "machine": "m",
            "succeeded": True,
        }
        | fields
    )


def keep(entries: Iterable[HistoryEntry]) -> None:
    """Append them to the ledger."""
    HistoryEntry.objects.bulk_create(entries, batch_size=2000)


def keep_with_times(entries: list[HistoryEntry], step: timedelta = timedelta(seconds=1)) -> None:
    """Append them as of one moment after the other; the clock of the database sets no moment in the past."""
    keep(entries)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # past the trigger of the ledger
        for number, entry in enumerate(entries):
            cursor.execute(
                "UPDATE compression_history SET created_at = %s WHERE id = %s",
                [BEGAN + number * step, entry.pk],
            )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
