"""Everything that outcomes say of one algorithm: made from the ledger, kept in Redis until there are new ones."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Avg, Count, Max, Min, Q
from django.utils import timezone
from redis.exceptions import RedisError

from compression.choices import Operation
from compression.history.viability import EXCUSED, Attempt, Option, Viability, judge
from compression.models import HistoryEntry
from compression.statistics import Estimate, geometric_mean, quantile

NOTHING = judge("", [], {})
# The latest contents that an algorithm met; what it met before was with other versions, on other machines.
CONTENTS = 1000
# Outcomes of other algorithms on the same contents show after this long at the latest.
KEPT_S = 300


@dataclass(frozen=True)
class Speeds:
    """How fast it was on half and on 95 % of the contents, in MB/s."""

    p50: Estimate | None
    p95: Estimate | None


@dataclass(frozen=True)
class Part:
    """The figures of one level, or of all."""

    level: int | None
    contents: int
    ratio: Estimate | None
    compress: Speeds
    decompress: Speeds


@dataclass(frozen=True)
class Summary:
    """What outcomes say of an algorithm; `runs` and `failures` count all outcomes, the rest distinct contents."""

    runs: int
    failures: int
    measured: Part
    by_level: tuple[Part, ...]
    overall: Viability
    by_kind: Mapping[str, Viability]
    made_at: datetime

    @property
    def kinds(self) -> list[dict[str, Any]]:
        """The figures of each kind of content, with its name."""
        return [{"kind": kind, **vars(found)} for kind, found in self.by_kind.items()]


def of(algorithm: str) -> Summary:
    """Return the summary of an algorithm, from Redis where it is there."""
    found: Summary | None = None
    with suppress(RedisError):
        found = cache.get(key_of(algorithm))
    if found is None:
        found = make(algorithm)
        with suppress(RedisError):
            cache.set(key_of(algorithm), found, KEPT_S)
    return found


def forget(algorithms: Iterable[str]) -> None:
    """Have the summaries of these algorithms made anew: there are new outcomes."""
    with suppress(RedisError):
        cache.delete_many([key_of(name) for name in algorithms])


def key_of(algorithm: str) -> str:
    """Return the name under which the summary is kept."""
    return f"compression:summary:{algorithm}"


def make(algorithm: str) -> Summary:
    """Sum up what the ledger has of an algorithm, over everybody's outcomes, in three queries."""
    counts = HistoryEntry.objects.filter(algorithm=algorithm).aggregate(
        runs=Count("pk"), failures=Count("pk", filter=Q(succeeded=False))
    )
    attempts = _attempts(algorithm)
    settled, options = _options([attempt.content for attempt in attempts])
    own = [(level, option) for level, option in settled if option.algorithm == algorithm]
    kinds: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        kinds[attempt.kind].append(attempt)
    levels = sorted({level for level, _ in own if level is not None})
    return Summary(
        runs=counts["runs"],
        failures=counts["failures"],
        measured=_part(None, [option for _, option in own]),
        by_level=tuple(_part(level, [o for at, o in own if at == level]) for level in levels),
        overall=judge(algorithm, attempts, options),
        by_kind={kind: judge(algorithm, met, options) for kind, met in sorted(kinds.items())},
        made_at=timezone.now(),
    )


def _attempts(algorithm: str) -> list[Attempt]:
    """The latest contents that it compressed, or failed to."""
    tried = HistoryEntry.objects.filter(algorithm=algorithm, operation=Operation.COMPRESS)
    rows = (
        tried.exclude(content_sha256="")
        .exclude(succeeded=False, error_code__in=sorted(EXCUSED))
        .values("content_sha256")
        .annotate(
            kind=Max("content_kind"), failures=Count("pk", filter=Q(succeeded=False)), last=Max("created_at")
        )
        .order_by("-last", "content_sha256")[:CONTENTS]
    )
    return [Attempt(row["content_sha256"], row["kind"], failed=bool(row["failures"])) for row in rows]


def _options(
    contents: Sequence[str],
) -> tuple[list[tuple[int | None, Option]], dict[str, list[Option]]]:
    """All that is known of these contents, with its levels; and the same by content."""
    rows = (
        HistoryEntry.objects.filter(
            content_sha256__in=contents,
            operation=Operation.COMPRESS,
            succeeded=True,
            compressed_size__isnull=False,
        )
        .values("content_sha256", "algorithm", "level", "params", "machine")
        .annotate(
            raw=Max("original_size"),
            size=Min("compressed_size"),
            compress_s=Avg("compress_seconds"),
            decompress_s=Avg("decompress_seconds"),
        )
    )
    settled = [(row["level"], _option(row)) for row in rows]
    by_content: dict[str, list[Option]] = defaultdict(list)
    for _, option in settled:
        by_content[option.content].append(option)
    return settled, dict(by_content)


def _option(row: Mapping[str, Any]) -> Option:
    def speed(seconds: float | None) -> float | None:
        return row["raw"] / 1e6 / seconds if seconds and row["raw"] else None

    return Option(
        content=row["content_sha256"],
        algorithm=row["algorithm"],
        machine=row["machine"],
        original_size=row["raw"] or 0,
        size=row["size"],
        compress_mb_s=speed(row["compress_s"]),
        decompress_mb_s=speed(row["decompress_s"]),
    )


def _part(level: int | None, options: Sequence[Option]) -> Part:
    """Figures over contents: each counts once, with the mean of what was measured on it."""
    ratios = _per_content(
        (o.content, o.original_size / o.size) for o in options if o.size and o.original_size
    )
    return Part(
        level=level,
        contents=len({option.content for option in options}),
        ratio=geometric_mean(ratios) if ratios else None,
        compress=_speeds((o.content, o.compress_mb_s) for o in options if o.compress_mb_s),
        decompress=_speeds((o.content, o.decompress_mb_s) for o in options if o.decompress_mb_s),
    )


def _speeds(pairs: Iterable[tuple[str, float]]) -> Speeds:
    values = _per_content(pairs)
    return Speeds(quantile(values, 0.5), quantile(values, 0.95))


def _per_content(pairs: Iterable[tuple[str, float]]) -> list[float]:
    values: dict[str, list[float]] = defaultdict(list)
    for content, value in pairs:
        values[content].append(value)
    return [geometric_mean(found).value for found in values.values()]
