"""What became of one stream."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from compression.choices import Operation
from compression.engine.isolation.protocol import DecodeReport, EncodeReport
from compression.planning import Plan
from compression.streaming.pump import Side
from core.ids import uuid7
from files.detection import detect

if TYPE_CHECKING:
    from accounts.models import User

CLIENT_GONE, STOPPED = "client_gone", "stopped"
ABORTED = frozenset({CLIENT_GONE, STOPPED})
"""Codes of streams that nobody let come to their end: they say nothing about the algorithm."""


@dataclass
class Outcome:
    """Filled while the stream runs. `error_code` is empty for one that ended well, and then `report` is there."""

    owner: "User"
    plan: Plan
    operation: Operation
    id: UUID = field(default_factory=uuid7)
    began: float = field(default_factory=time.monotonic)
    incoming: Side = field(default_factory=Side)
    outgoing: Side = field(default_factory=Side)
    report: EncodeReport | DecodeReport | None = None
    error_code: str = STOPPED

    @property
    def raw(self) -> Side:
        """The side of the original content."""
        return self.incoming if self.operation == Operation.COMPRESS else self.outgoing

    @property
    def packed(self) -> Side:
        """The side of the compressed content."""
        return self.outgoing if self.operation == Operation.COMPRESS else self.incoming

    def columns(self) -> dict[str, Any]:
        """What the ledger keeps of it; sizes are those of what went through."""
        found = detect(self.raw.head, size=self.raw.size)
        columns: dict[str, Any] = {
            "original_size": self.raw.size,
            "compressed_size": self.packed.size,
            "content_kind": found.kind,
            "media_type": found.media_type,
            "succeeded": self.report is not None,
            "error_code": "" if self.report else self.error_code,
        }
        return columns | (_measured(self.report) if self.report else {})


def _measured(report: EncodeReport | DecodeReport) -> dict[str, Any]:
    measured: dict[str, Any] = {
        "content_sha256": report.raw_sha256,
        "original_size": report.original_size,
        "compressed_size": report.compressed_size,
        "decompress_seconds": report.decode_wall_seconds,
        "decompress_cpu_seconds": report.decode_cpu_seconds,
        "peak_memory_bytes": report.peak_memory_bytes,
    }
    if isinstance(report, EncodeReport):
        measured |= {
            "compress_seconds": report.encode_wall_seconds,
            "compress_cpu_seconds": report.encode_cpu_seconds,
        }
    return measured
