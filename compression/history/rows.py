"""Outcomes as rows of a page: with the name of what was at work on, the algorithm's chip, and where more is shown.

The ledger keeps hashes and names of algorithms, not rows that may go; what is still there is looked up for a page of
outcomes at once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from compression.choices import Operation
from compression.compare.models import Comparison
from compression.models import Algorithm, HistoryEntry, Result
from core.tables import Column
from files import selectors as files
from files.choices import Kind

if TYPE_CHECKING:
    from files.models import File

COLUMNS = [
    Column("input", "Input", always=True),
    Column("algorithm", "Algorithm", sort="algorithm"),
    Column("kind", "Kind"),
    Column("original", "Original", sort="original_size", number=True),
    Column("compressed", "Compressed", sort="compressed_size", number=True, hidden=True),
    Column("ratio", "Ratio", number=True),
    Column("compress", "Compress", number=True),
    Column("decompress", "Decompress", number=True, hidden=True),
    Column("outcome", "Outcome"),
    Column("when", "When", sort="created_at", number=True),
    Column("compress_s", "Compress, time", sort="compress_seconds", number=True, hidden=True),
    Column("decompress_s", "Decompress, time", sort="decompress_seconds", number=True, hidden=True),
    Column("memory", "Peak memory", sort="peak_memory_bytes", number=True, hidden=True),
    Column("runs", "Runs", number=True, hidden=True),
    Column("media_type", "Media type", hidden=True),
    Column("sha256", "SHA-256", hidden=True),
    Column("machine", "Machine", hidden=True),
]
OWNER = Column("owner", "Owner")


@dataclass(frozen=True)
class Row:
    """An outcome as a page shows it: `name` and `url` of its input, and `more`, the page that has all of it."""

    entry: HistoryEntry
    algorithm: Algorithm | None
    name: str
    url: str
    more: str
    is_compared: bool

    @property
    def colour(self) -> str:
        """Colour of the algorithm's group; that of what is stored where the algorithm is gone."""
        return self.algorithm.colour if self.algorithm else "c6"

    @property
    def level(self) -> int | None:
        """The level that was chosen; one whose settings are fixed has none to choose."""
        return None if self.algorithm and self.algorithm.is_dynamic else self.entry.level

    @property
    def kind(self) -> str:
        """Kind of the content, in words."""
        return kind_words(self.entry.content_kind)

    @property
    def done(self) -> str:
        """What became of it, in words."""
        if not self.entry.succeeded:
            return failure_words(self.entry.error_code)
        return "compressed" if self.entry.operation == Operation.COMPRESS else "decompressed"


def kind_words(kind: str) -> str:
    """Return a kind of content in words; the ledger may have one that there is no more."""
    return Kind(kind).label if kind in Kind.values else kind


def failure_words(code: str) -> str:
    """Return the code of an error as words."""
    return code.replace("_", " ") or "failed"


def shown(user: Any, entries: Sequence[HistoryEntry]) -> list[Row]:
    """Return the rows of outcomes that `user` may see, in four queries however many they are."""
    names = {entry.algorithm for entry in entries}
    algorithms = Algorithm.objects.visible_to(user).in_bulk(list(names), field_name="name")
    results = _named(Result, user, [entry.result_id for entry in entries])
    comparisons = _named(Comparison, user, [entry.comparison_id for entry in entries])
    known = files.files_of(user, {entry.content_sha256 for entry in entries})
    return [_row(entry, algorithms, {**results, **comparisons}, known) for entry in entries]


def _named(model: Any, user: Any, ids: Collection[UUID | None]) -> dict[UUID, Any]:
    """Those of the rows that are still there, with no more than their name."""
    found: dict[UUID, Any] = (
        model.objects.visible_to(user).only("file_name").in_bulk([pk for pk in ids if pk is not None])
    )
    return found


def _row(
    entry: HistoryEntry,
    algorithms: Mapping[str, Algorithm],
    makers: Mapping[UUID, Any],
    known: Mapping[str, "File"],
) -> Row:
    ids = [pk for pk in (entry.result_id, entry.comparison_id) if pk is not None]
    maker = next((makers[pk] for pk in ids if pk in makers), None)
    file = known.get(entry.content_sha256)
    name = maker.file_name if maker else file.name if file else ""
    return Row(
        entry=entry,
        algorithm=algorithms.get(entry.algorithm),
        name=name or f"{entry.content_sha256[:12]}…",
        url=file.get_absolute_url() if file else "",
        more=maker.get_absolute_url() if maker else "",
        is_compared=entry.comparison_id is not None,
    )
