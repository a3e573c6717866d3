"""Sums over the ledger of outcomes, for counters: rows are added to it and never taken away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q, Sum
from django.db.models.functions import Cast, Coalesce, Round

from compression.choices import Operation
from compression.engine import formats
from compression.engine.codecs import all_codecs
from compression.models import HistoryEntry
from files.choices import Kind

OWN, ARCHIVE, UNKNOWN = "own", "archive", "unknown"


@dataclass(frozen=True, slots=True)
class Sums:
    """What came of one operation with one algorithm on one kind of content.

    Bytes are those of what succeeded; `micros` are microseconds of the codec, whole ones, so that sums of sums are the
    same in whichever order they are made.
    """

    operation: str
    algorithm: str
    kind: str
    outcomes: int
    failures: int
    original_bytes: int
    compressed_bytes: int
    micros: int


def sums(since: datetime | None = None, until: datetime | None = None) -> list[Sums]:
    """Return the sums of the outcomes from `since` on and before `until`; some may have the same labels."""
    rows = HistoryEntry.objects.order_by()
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    if until is not None:
        rows = rows.filter(created_at__lt=until)
    grouped = rows.values("operation", "algorithm", "content_kind").annotate(
        outcomes=Count("pk"),
        failures=Count("pk", filter=Q(succeeded=False)),
        original=Coalesce(Sum("original_size", filter=Q(succeeded=True)), 0, output_field=BigIntegerField()),
        compressed=Coalesce(
            Sum("compressed_size", filter=Q(succeeded=True)), 0, output_field=BigIntegerField()
        ),
        compress=_micros("compress_seconds", Operation.COMPRESS),
        decompress=_micros("decompress_seconds", Operation.DECOMPRESS),
    )
    return [_sums(row) for row in grouped]


def label_of(algorithm: str) -> str:
    """Return the algorithm as a label of a bounded set: codecs have their names, what people made is one."""
    if algorithm in all_codecs():
        return algorithm
    parts = algorithm.split("+")
    return ARCHIVE if all(part in formats.all_formats() for part in parts) else OWN


def kind_of(kind: str) -> str:
    """Return the kind of content as a label of a closed set."""
    return kind if kind in Kind.values else UNKNOWN


def _micros(field: str, operation: Operation) -> Any:
    return Coalesce(
        Sum(Cast(Round(F(field) * 1_000_000), BigIntegerField()), filter=Q(operation=operation)),
        0,
        output_field=BigIntegerField(),
    )


def _sums(row: Mapping[str, Any]) -> Sums:
    return Sums(
        operation=row["operation"],
        algorithm=label_of(row["algorithm"]),
        kind=kind_of(row["content_kind"]),
        outcomes=row["outcomes"],
        failures=row["failures"],
        original_bytes=int(row["original"]),
        compressed_bytes=int(row["compressed"]),
        micros=int(row["compress"] + row["decompress"]),
    )
