"""Which request runs where, and how much is kept of it: the numbers and paths of the web process.

A lane is a pool of threads, chosen by who sets the pace, so that one pace never holds up another:
`short`: nobody, the answer is a few queries away. `work`: the processor, a codec runs while the thread waits.
`transfer`: the client, a large body is read or a generated one written as fast as its network allows.
`disk`: the disk, for the pieces of files that the event loop asks for; no Django code runs there.
"""

from dataclasses import dataclass, field
from typing import Final

from django.conf import settings

KIB: Final = 1024
MIB: Final = 1024 * KIB

SHORT, WORK, TRANSFER, DISK = "short", "work", "transfer", "disk"

# Calls that may do their work at once (up to `INLINE_LIMIT_S`) instead of making a job.
WORK_PREFIXES = ("/api/v1/compression/", "/api/v1/files/batch-upload", "/compress", "/decompress")
# Views that hand off while the body is unread: it is neither received before nor measured for them.
UNREAD_BODY_PREFIXES = ("/api/v1/compression/stream",)
# Views that take files, in forms of any size.
UPLOAD_PREFIXES = (
    "/api/v1/compression/",
    "/api/v1/files/",
    "/algorithms/import",
    "/analyse",
    "/compare",
    "/compress",
    "/decompress",
    "/files/upload",
    "/optimise",
    "/recommend",
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Sizes of the web process; `settings.SERVING` changes any of them by name."""

    # Threads of each lane in one process. Each but `disk` may hold a database connection.
    lanes: dict[str, int] = field(default_factory=lambda: {SHORT: 6, WORK: 6, TRANSFER: 12, DISK: 6})
    # A request body up to this size is received before a thread is taken.
    buffered_body_bytes: int = MIB
    # What a body being read by a view, or an answer being produced, may be ahead of its reader.
    pipe_bytes: int = 512 * KIB
    # A longer body without Content-Length is put in a temporary file first, up to this size where files are taken,
    # else up to a little more than such a view reads.
    spooled_body_bytes: int = 1024 * MIB
    spooled_plain_bytes: int = 9 * MIB
    # Room that is left free where that file lies, however many come at once.
    spool_reserve_bytes: int = 64 * MIB

    def lane(self, method: str, path: str, body_bytes: int) -> str:
        """Return the lane for a request with a body of `body_bytes`."""
        if body_bytes > self.buffered_body_bytes:
            return TRANSFER
        return WORK if method == "POST" and path.startswith(WORK_PREFIXES) else SHORT

    def spooled_bytes(self, path: str) -> int:
        """Return how much of a body without Content-Length is taken for the view of this path."""
        return self.spooled_body_bytes if path.startswith(UPLOAD_PREFIXES) else self.spooled_plain_bytes


def rules() -> Rules:
    """Return the rules of this process."""
    return Rules(**getattr(settings, "SERVING", {}))
