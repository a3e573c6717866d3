"""An optimisation as its page shows it: the curve of the best so far, sizes, reasons, the pipeline as a tree."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from compression.optimising.choices import Ended, Objective, TrialKind
from compression.optimising.models import Optimisation, Trial
from core.formatting import SPACE, count, duration, rate, significant, size, whole_seconds
from core.tables import Column

HEIGHT, TOP, BOTTOM = 240, 14, 26
LEFT, RIGHT = 9.0, 98.0
"""Of the picture's width, in per cent."""
MOST_POINTS = 300
GRID = 4
LEGEND = [("c1", "plain codecs"), ("c3", "pipelines, and the best so far")]

COLUMNS = [
    Column("elapsed", "After", sort="elapsed_s", number=True),
    Column("round", "Search", sort="iteration", number=True),
    Column("candidate", "What was tried", sort="candidate", always=True),
    Column("on", "On", sort="content", number=True),
    Column("size", "Became", sort="size", number=True),
    Column("ratio", "Ratio", number=True),
    Column("compress", "Compress", number=True),
    Column("best", "Best so far", sort="best_ratio", number=True),
]


def of(row: Optimisation) -> dict[str, Any]:
    """Return what the page needs besides the row and the table."""
    tried = list(row.trace.exclude(kind=TrialKind.TRIAL).order_by("number")[:MOST_POINTS])
    return {
        "curve": curve(row, tried),
        "bars": _bars(row),
        "gain": _gain(row),
        "best_ratio": row.best_ratio,
        "plain_ratio": row.baseline_ratio,
        "facts": _facts(row),
        "reasons": _reasons(row),
        "legend": LEGEND,
        "tree": (row.best or {}).get("tree"),
        "part_only": row.content_bytes is not None and row.content_bytes < row.original_size,
        "output_url": _output_url(row),
    }


def _gain(row: Optimisation) -> str:
    """How much smaller than the best plain codec, in words."""
    if not row.best or not row.baseline or not row.baseline["size"]:
        return ""
    share = 1 - row.best["size"] / row.baseline["size"]
    if row.best["kind"] == TrialKind.PLAIN and row.is_open:
        return f"So far by {row.best['candidate']}, a plain codec"
    if row.best["kind"] == TrialKind.PLAIN and row.ending == Ended.KEPT:
        return f"By {row.best['candidate']}: nothing better was found before the search was ended."
    if row.best["kind"] == TrialKind.PLAIN:
        return "No pipeline serves this aim better than the plain codec."
    if share > 0:
        return f"{share * 100:.1f}{SPACE}% smaller than {row.baseline['candidate']}, the best plain codec"
    return f"Serves the aim better than {row.baseline['candidate']}, the best plain codec"


def _reasons(row: Optimisation) -> list[dict[str, Any]]:
    """Why the pipeline is what it is; the same reason for many columns is said once."""
    counted = Counter((row.best or {}).get("reasons", []))
    return [{"text": text[:1].upper() + text[1:], "times": times} for text, times in counted.items()]


def _bars(row: Optimisation) -> list[dict[str, Any]]:
    if not row.best or not row.baseline:
        return []
    content = row.best["content"]
    bars = [
        {"label": "Original", "value": content, "text": size(content), "group": "c6"},
        {
            "label": row.baseline["candidate"],
            "value": row.baseline["size"],
            "text": size(row.baseline["size"]),
            "group": "c1",
        },
    ]
    if row.best["kind"] == TrialKind.PIPELINE:
        text = size(row.best["size"])
        bars.append({"label": "Pipeline", "value": row.best["size"], "text": text, "group": "c3"})
    bars[-1]["highlighted"] = True
    return bars


def _facts(row: Optimisation) -> list[tuple[str, str]]:
    bounds = {
        "min_compress_mb_s": "compresses with at least {} MB/s",
        "min_decompress_mb_s": "decompresses with at least {} MB/s",
    }
    asked = [
        words.format(significant(row.constraints[name]))
        for name, words in bounds.items()
        if row.constraints.get(name)
    ]
    if memory := row.constraints.get("max_memory_bytes"):
        asked.append(f"takes at most {size(memory)} to decompress a block")
    facts = [
        ("What counts", Objective(row.objective).label),
        ("Has to", ", ".join(asked) or "nothing more"),
        ("Strategy", row.strategy),
        ("Time", f"{duration(row.seconds)} of {whole_seconds(row.budget_s)}"),
        ("Tried", f"{count(row.trials)} candidates in {row.rounds} search{'' if row.rounds == 1 else 'es'}"),
    ]
    if row.ending:
        facts.append(("Ended because", Ended(row.ending).label.lower()))
    if row.content_bytes is not None:
        of_all = "all of it" if row.content_bytes == row.original_size else f"of {size(row.original_size)}"
        facts.append(("Tried on", f"{size(row.content_bytes)}, {of_all}"))
    for label, found in (("Plain codec", row.baseline), ("Best", row.best)):
        if found:
            facts.append((label, f"{found['candidate']}; {_speeds(found)}"))
    return [*facts, ("Seed", str(row.seed))]


def _speeds(found: dict[str, Any]) -> str:
    way = [(found["encode_s"], "compressing"), (found["decode_s"], "decompressing")]
    words = [f"{rate(found['content'] / 1e6 / seconds)} {name}" for seconds, name in way if seconds]
    return ", ".join(words) or "too fast to be measured"


def _output_url(row: Optimisation) -> str:
    output = row.result.output if row.result else None
    return reverse("files:download", args=[output.pk]) if output and not output.deleted_at else ""


# The curve


def curve(row: Optimisation, tried: Sequence[Trial]) -> dict[str, Any]:
    """Return the picture: the best ratio over time as steps, all that was tried out as points, a grid."""
    known = [trial for trial in tried if trial.ratio is not None]
    if not known:
        return {}
    ratios = [trial.ratio or 0.0 for trial in known]
    last = max(row.seconds, known[-1].elapsed_s, 0.1)
    low, high = min(min(ratios), 1.0), max(ratios) * 1.08

    def x(seconds: float) -> str:
        return f"{LEFT + (RIGHT - LEFT) * seconds / last:.2f}%"

    def y(ratio: float) -> str:
        share = (ratio - low) / (high - low) if high > low else 0.5
        return f"{HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share:.1f}"

    return {
        "height": HEIGHT,
        "left": f"{LEFT}%",
        "right": f"{RIGHT}%",
        "floor": f"{HEIGHT - BOTTOM}",
        "steps": _steps(known, last, x, y),
        "points": [_point(trial, x, y) for trial in known],
        "rows": [_grid_line(low + (high - low) * step / GRID, y) for step in range(GRID + 1)],
        "times": [_time(last * step / GRID, step, x) for step in range(GRID + 1)],
        "plain": _plain_line(row, y),
    }


def _steps(known: Sequence[Trial], last: float, x: Any, y: Any) -> list[dict[str, str]]:
    """Lines that go right while nothing better is found, and up where it is."""
    best = [(trial.elapsed_s, trial.ratio or 0.0) for trial in known if trial.is_best]
    lines = []
    for (at, ratio), (until, following) in zip(best, [*best[1:], (last, None)], strict=True):
        lines.append({"x1": x(at), "x2": x(until), "y1": y(ratio), "y2": y(ratio)})
        if following is not None:
            lines.append({"x1": x(until), "x2": x(until), "y1": y(ratio), "y2": y(following)})
    return lines


def _point(trial: Trial, x: Any, y: Any) -> dict[str, Any]:
    return {
        "x": x(trial.elapsed_s),
        "y": y(trial.ratio or 0.0),
        "group": "c3" if trial.kind == TrialKind.PIPELINE else "c1",
        "best": trial.is_best,
        "trial": trial,
    }


def _grid_line(ratio: float, y: Any) -> dict[str, str]:
    return {"y": y(ratio), "text": f"{significant(ratio)}×"}


def _time(seconds: float, step: int, x: Any) -> dict[str, str]:
    anchor = "start" if step == 0 else "end" if step == GRID else "middle"
    return {"x": x(seconds), "text": f"{significant(seconds)}{SPACE}s", "anchor": anchor}


def _plain_line(row: Optimisation, y: Any) -> dict[str, str] | None:
    found = row.baseline_ratio
    return {"y": y(found), "text": row.baseline["candidate"]} if found and row.baseline else None
