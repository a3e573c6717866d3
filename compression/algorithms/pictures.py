"""What outcomes say of an algorithm, as its page shows it: verdicts, figures with intervals, pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator

from compression.algorithms.estimates import Shown, share, shown, times, words_of
from compression.compare.pareto import front
from compression.history.rows import kind_words
from compression.history.summary import Part, Summary
from compression.history.viability import ENOUGH, Verdict, Viability
from compression.models import Algorithm
from compression.statistics import Estimate
from core.formatting import significant
from core.tables import Column

COLUMNS = [
    Column("kind", "Kind", sort="kind", always=True),
    Column("verdict", "Verdict", sort="verdict"),
    Column("contents", "Contents", sort="contents", number=True),
    Column("ratio", "Ratio", sort="ratio", number=True),
    Column("relative_size", "Size by the smallest", sort="relative_size", number=True),
    Column("relative_compress", "Speed by others, compress", sort="relative_compress", number=True),
    Column("relative_decompress", "Speed by others, decompress", sort="relative_decompress", number=True),
    Column("failure_rate", "Failures", sort="failure_rate", number=True),
    Column("pareto", "On the front", sort="pareto", number=True, hidden=True),
    Column("near_best", "Near the smallest", sort="near_best", number=True, hidden=True),
    Column("compress", "Compress", sort="compress_mb_s", number=True, hidden=True),
    Column("decompress", "Decompress", sort="decompress_mb_s", number=True, hidden=True),
]

# In the order of what one looks for: where it is good, where not, where nobody knows.
VERDICTS = {
    Verdict.GOOD: ("Good", "good", "Good for"),
    Verdict.POOR: ("Poor", "bad", "Poor for"),
    Verdict.UNDECIDED: ("Undecided", "warn", "Undecided for"),
    Verdict.TOO_FEW: ("Too few", "quiet", "Too few contents"),
}


# The ends of an interval in a picture differ by this factor at most.
WIDEST = 10.0


def of(algorithm: Algorithm, found: Summary, ordering: str) -> dict[str, Any]:
    """Return what the page needs of the outcomes."""
    kinds = [_kind(kind, judged) for kind, judged in found.by_kind.items()]
    rows = _sorted(kinds, ordering)
    return {
        "summary": found,
        "columns": COLUMNS,
        "kinds": Paginator(rows, len(rows) or 1).page(1),
        "headline": _headline(kinds),
        "overall": _verdict(found.overall),
        "whole": _whole(found),
        "levels": [_level(part) for part in found.by_level],
        "beside": _beside(algorithm, found.by_kind),
        "kind_points": _kind_points(algorithm, found.by_kind),
        "level_points": _level_points(algorithm, found.by_level),
    }


# Kinds of content


def _kind(kind: str, judged: Viability) -> dict[str, Any]:
    label, tone, _ = VERDICTS[judged.verdict]
    return {
        "kind": kind,
        "label": kind_words(kind) or "Unknown",
        "judged": judged,
        "verdict": label,
        "tone": tone,
        "why": _why(judged),
        "ratio": shown(judged.ratio, significant),
        "relative_size": shown(judged.relative_size, times),
        "relative_compress": shown(judged.relative_compress, times),
        "relative_decompress": shown(judged.relative_decompress, times),
        "failure_rate": share(judged.failure_rate),
        "pareto": share(judged.pareto),
        "near_best": share(judged.near_best),
        "compress": shown(judged.compress_mb_s, significant, unit="MB/s"),
        "decompress": shown(judged.decompress_mb_s, significant, unit="MB/s"),
    }


def _verdict(judged: Viability) -> dict[str, str]:
    label, tone, _ = VERDICTS[judged.verdict]
    return {"label": label, "tone": tone, "why": _why(judged)}


def _why(judged: Viability) -> str:
    """The verdict in a sentence."""
    failing = judged.failure_rate
    if failing and failing.n >= ENOUGH and (failing.low or 0) > 0.5:
        return f"It fails on {share(failing).text} of {words_of(failing.n, 'content')} ({share(failing).interval})."
    if judged.pareto is None or judged.pareto.n < ENOUGH:
        known = judged.pareto.n if judged.pareto else 0
        return f"Beside others on {words_of(known, 'content')}; it takes {ENOUGH} to say anything."
    front_share = share(judged.pareto)
    return (
        f"No other beats it in ratio and both speeds on {front_share.text} of {words_of(judged.pareto.n, 'content')} "
        f"({front_share.interval})."
    )


def _headline(kinds: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The verdicts with the kinds that have it, where most is known first."""
    lines = []
    for verdict, (_, tone, words) in VERDICTS.items():
        found = [row for row in kinds if row["judged"].verdict == verdict]
        found.sort(key=lambda row: (-row["judged"].contents, row["label"]))
        if found:
            lines.append({"words": words, "tone": tone, "kinds": found})
    return lines


def _sorted(kinds: Sequence[dict[str, Any]], ordering: str) -> list[dict[str, Any]]:
    """In the wished order; without one, the clearest verdict first. What has no figure comes last either way."""
    name = ordering.removeprefix("-") or "verdict"
    if name not in {column.sort for column in COLUMNS}:
        name, ordering = "verdict", ""

    def key(row: dict[str, Any]) -> Any:
        if name == "kind":
            return row["label"]
        if name == "verdict":
            return list(VERDICTS).index(row["judged"].verdict)
        value = getattr(row["judged"], name)
        return value.value if isinstance(value, Estimate) else value

    by_contents = sorted(kinds, key=lambda row: (-row["judged"].contents, row["label"]))
    known = [row for row in by_contents if key(row) is not None]
    return [
        *sorted(known, key=key, reverse=ordering.startswith("-")),
        *(row for row in by_contents if key(row) is None),
    ]


# All of it


def _whole(found: Summary) -> dict[str, Shown]:
    part = found.measured
    return {
        "ratio": shown(part.ratio, significant),
        "compress": shown(part.compress.p50, significant),
        "compress_p95": shown(part.compress.p95, significant),
        "decompress": shown(part.decompress.p50, significant),
        "decompress_p95": shown(part.decompress.p95, significant),
        "relative_size": shown(found.overall.relative_size, times),
        "failure_rate": share(found.overall.failure_rate),
    }


def _level(part: Part) -> dict[str, Any]:
    return {
        "level": part.level,
        "contents": part.contents,
        "ratio": shown(part.ratio, significant),
        "speeds": [
            shown(estimate, significant, unit="MB/s")
            for estimate in (part.compress.p50, part.compress.p95, part.decompress.p50, part.decompress.p95)
        ],
    }


# Pictures


def _point(label: str, group: str, x: Estimate, y: Estimate) -> dict[str, Any]:
    """A point with its intervals; one that would fill the picture is left out: its number of contents says as much."""
    point: dict[str, Any] = {"label": f"{label} ({y.n})", "group": group, "x": x.value, "y": y.value}
    for name, estimate in (("x", x), ("y", y)):
        if estimate.low and estimate.high and estimate.high / estimate.low <= WIDEST:
            point |= {f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return point


def _beside(algorithm: Algorithm, kinds: Mapping[str, Viability]) -> list[dict[str, Any]]:
    """Each kind by size and speed beside those of others on the same contents."""
    return [
        _point(kind_words(kind), algorithm.colour, judged.relative_compress, judged.relative_size)
        for kind, judged in kinds.items()
        if judged.relative_compress and judged.relative_size
    ]


def _kind_points(algorithm: Algorithm, kinds: Mapping[str, Viability]) -> list[dict[str, Any]]:
    """Each kind by ratio and speed."""
    return [
        _point(kind_words(kind), algorithm.colour, judged.compress_mb_s, judged.ratio)
        for kind, judged in kinds.items()
        if judged.compress_mb_s and judged.ratio
    ]


def _level_points(algorithm: Algorithm, levels: Sequence[Part]) -> list[dict[str, Any]]:
    """Each level by ratio and speed, with the front of the two."""
    known = [(part, part.compress.p50, part.ratio) for part in levels if part.compress.p50 and part.ratio]
    if len(known) < 2:
        return []
    kept = front([(ratio.value, speed.value) for _, speed, ratio in known])
    return [
        {**_point(f"level {part.level}", algorithm.colour, speed, ratio), "pareto": on_front}
        for (part, speed, ratio), on_front in zip(known, kept, strict=True)
    ]
