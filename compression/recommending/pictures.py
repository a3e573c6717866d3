"""A recommendation as its page shows it: figures with their intervals on scales that all entries share."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from compression.engine.learning.actions import ACTIONS
from compression.engine.learning.predicting import Interval
from compression.engine.learning.recommended import Entry
from compression.models import Algorithm, Result
from compression.optimising.choices import EXPLAINED, Objective
from compression.recommending import selectors
from compression.recommending.models import Recommendation
from core.formatting import rate, ratio, size

SHOWN = 5
NARROW = 1.02
"""An interval whose ends differ by less is told as a value."""
SMALL = 1e-3
"""The least that a scale begins with, of what it ends with."""
LEAST_BAR, EDGE = 3.0, 1.5
"""In per cent: the shortest bar, and what is left free at both ends of a scale."""

FIGURES: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "ratio": ("Ratio", lambda figure: f"{ratio(figure)}×"),
    "compress_mb_s": ("Compress", rate),
    "decompress_mb_s": ("Decompress", rate),
    "memory_bytes": ("Memory", size),
}


def of(row: Recommendation) -> dict[str, Any]:
    """Return what the page needs besides the row."""
    found = row.found
    shown = found.top(SHOWN)
    ranks = {rank for rank, _ in shown}
    rows = {one.name: one for one in Algorithm.objects.all()}
    scales = {name: _scale([one.predicted[name] for _, one in shown]) for name in FIGURES}
    others = [(rank, one) for rank, one in enumerate(found.entries, 1) if rank not in ranks]
    return {
        "found": found,
        "entries": [_entry(rank, one, rows, scales) for rank, one in shown],
        "others": [_entry(rank, one, rows, {}) for rank, one in others],
        "tried_count": sum(one.tried is not None for one in found.entries),
        "objective_words": EXPLAINED[Objective(row.objective)],
        "constraint_words": _constraints(row.constraints),
    }


def _entry(
    rank: int,
    one: Entry,
    rows: Mapping[str, Algorithm],
    scales: Mapping[str, tuple[float, float]],
) -> dict[str, Any]:
    algorithm = rows.get(one.algorithm)
    return {
        "rank": rank,
        "algorithm": one.algorithm,
        "level": one.level,
        "colour": algorithm.colour if algorithm else "c6",
        "url": algorithm.get_absolute_url() if algorithm else "",
        "title": _title(one),
        "search": one.search,
        "misses": one.misses,
        "reasons": [reason[:1].upper() + reason[1:] for reason in one.reasons],
        "figures": [_figure(name, one.predicted[name], scales.get(name)) for name in FIGURES],
    }


def _title(one: Entry) -> str:
    if one.search:
        return "A pipeline searched for this content"
    return ACTIONS[one.action].words if one.action in ACTIONS else one.action


def _figure(name: str, told: Interval, scale: tuple[float, float] | None) -> dict[str, Any]:
    label, words = FIGURES[name]
    shown = {"label": label, "text": words(told.value), "interval": _ends(told, words)}
    return {**shown, "bar": _bar(told, scale)} if scale else shown


def _ends(told: Interval, words: Callable[[float], str]) -> str:
    return "" if told.high <= told.low * NARROW else f"{words(told.low)} – {words(told.high)}"


def _scale(intervals: Sequence[Interval]) -> tuple[float, float]:
    """The ends of a scale of factors that holds all intervals."""
    top = max(one.high for one in intervals) or 1.0
    bottom = max(min(one.low for one in intervals), top * SMALL)
    return bottom, max(top, bottom * NARROW)


def _bar(told: Interval, scale: tuple[float, float]) -> dict[str, str]:
    """Where a bar begins, how wide it is, and where the value stands, in per cent."""
    bottom, top = scale
    span = 100 - 2 * EDGE

    def place(figure: float) -> float:
        share = math.log(max(figure, bottom) / bottom) / math.log(top / bottom)
        return EDGE + span * min(share, 1.0)

    low, high, mark = place(told.low), place(told.high), place(told.value)
    width = max(high - low, LEAST_BAR)
    start = min(low, 100 - width)
    return {"start": f"{start:.2f}", "width": f"{width:.2f}", "mark": f"{min(max(mark - 0.7, 0), 98.6):.2f}"}


def _constraints(asked: Mapping[str, Any]) -> list[str]:
    words = {
        "min_compress_mb_s": ("compresses with at least", rate),
        "min_decompress_mb_s": ("decompresses with at least", rate),
        "max_memory_bytes": ("takes at most", size),
    }
    return [f"{words[name][0]} {words[name][1](value)}" for name, value in asked.items() if name in words]


def beside(result: Result) -> dict[str, Any] | None:
    """Return what was predicted for a result beside what was measured; None where it followed no recommendation."""
    followed = selectors.followed(result)
    if followed is None:
        return None
    row, entry = followed
    figures = ((name, measured) for name, measured in _measured(result).items() if measured is not None)
    rows = [_compared(name, entry.predicted[name], measured) for name, measured in figures]
    return {"url": row.get_absolute_url(), "rows": rows, "reasons": entry.reasons}


def _measured(result: Result) -> dict[str, float | None]:
    """The figures of a result as they are predicted: speeds by CPU time."""
    content = result.original_size / 1e6

    def speed(seconds: float | None) -> float | None:
        return content / seconds if seconds else None

    return {
        "ratio": result.ratio,
        "compress_mb_s": speed(result.compress_cpu_seconds),
        "decompress_mb_s": speed(result.decompress_cpu_seconds),
        "memory_bytes": result.peak_memory_bytes,
    }


def _compared(name: str, told: Interval, measured: float) -> dict[str, Any]:
    label, words = FIGURES[name]
    as_one = Interval(measured, min(measured, told.low), max(measured, told.high))
    return {
        "label": label,
        "measured": words(measured),
        "text": words(told.value),
        "interval": _ends(told, words),
        "within": told.low / NARROW <= measured <= told.high * NARROW,
        "bar": _bar(told, scale := _scale([as_one])),
        "place": _bar(Interval(measured, measured, measured), scale)["mark"],
    }
