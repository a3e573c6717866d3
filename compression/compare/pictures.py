"""A comparison as its page shows it: pictures, a sortable table, and the link."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.urls import reverse

from compression.choices import Ending
from compression.compare import figures
from compression.compare.figures import AS_IT_IS, Row
from compression.compare.link import BYTES_PER_MBIT, Offer, Sent, break_evens, ranking
from compression.compare.models import Comparison
from compression.compare.pareto import front
from compression.statistics import Estimate
from core.formatting import SPACE, duration, significant, size
from core.tables import Column

SLOWEST_MBIT_S, FASTEST_MBIT_S, USUAL_MBIT_S = 0.01, 10_000.0, 100.0
# The times of so many are set side by side; the bar of a slower one is full.
SHOWN = 10

COLUMNS = [
    Column("candidate", "Candidate", sort="name", always=True),
    Column("ratio", "Ratio", sort="ratio", number=True),
    Column("size", "Size", sort="size", number=True),
    Column("compress", "Compress", sort="compress", number=True),
    Column("decompress", "Decompress", sort="decompress", number=True),
    Column("compress_cpu", "Compress, CPU", sort="compress_cpu", number=True, hidden=True),
    Column("decompress_cpu", "Decompress, CPU", sort="decompress_cpu", number=True, hidden=True),
    Column("memory", "Peak memory", sort="memory", number=True),
    Column("runs", "Runs", sort="runs", number=True),
    Column("front", "Pareto front", sort="front"),
]

ENDINGS = {
    Ending.TIGHT: "all speeds were known to 5 %",
    Ending.REPETITIONS: "all runs were done",
    Ending.BUDGET: "the time was spent",
}


def of(comparison: Comparison, mbit_s: float, sent: Sent, ordering: str) -> dict[str, Any]:
    """Return what the page needs besides the row."""
    found = figures.rows(comparison)
    rows = [
        {
            "figures": row,
            "url": compress_url(comparison, row),
            "level": None if row.measurement.algorithm.is_dynamic else row.measurement.level,
        }
        for row in _sorted(found, ordering)
    ]
    ratios = [row.ratio for row in found if row.ratio]
    return {
        "count_words": f"{len(found)} candidate{'' if len(found) == 1 else 's'}",
        "again_url": again_url(comparison, found),
        # Where one ratio is many times the other, steps must be factors for the rest to be told apart.
        "y_log": bool(ratios) and max(ratios) > 8 * min(ratios),
        "page": Paginator(rows, len(rows) or 1).page(1),
        "bars": _bars(comparison, found),
        "compress_points": _points(found, "compress"),
        "decompress_points": _points(found, "decompress"),
        "legend": _legend(found),
        "link": link(comparison, found, mbit_s, sent),
        "facts": _facts(comparison, found),
        "notes": notes(comparison),
    }


def _sorted(found: Sequence[Row], ordering: str) -> list[Row]:
    """In the wished order; without one, the best ratio first. What has no figure comes last either way."""
    name, backwards = ordering.lstrip("-") or "ratio", ordering.startswith("-") or not ordering
    key = _KEYS.get(name, _KEYS["ratio"])
    known = [row for row in found if key(row) is not None]
    return [
        *sorted(known, key=lambda row: (key(row), row.name), reverse=backwards),
        *(row for row in found if key(row) is None),
    ]


def _speed(estimate: Estimate | None) -> float | None:
    return estimate.value if estimate else None


_KEYS: dict[str, Any] = {
    "name": lambda row: row.name,
    "ratio": lambda row: row.ratio,
    "size": lambda row: row.measurement.compressed_size,
    "compress": lambda row: _speed(row.compress),
    "decompress": lambda row: _speed(row.decompress),
    "compress_cpu": lambda row: _speed(row.compress_cpu),
    "decompress_cpu": lambda row: _speed(row.decompress_cpu),
    "memory": lambda row: row.measurement.peak_memory_bytes,
    "runs": lambda row: row.repetitions,
    "front": lambda row: row.pareto,
}


def compress_url(comparison: Comparison, row: Row) -> str:
    """Return where the candidate can be used on the same input; nothing where the input is gone."""
    if comparison.file_id is None or row.failed or not row.measurement.algorithm.enabled:
        return ""
    query: dict[str, Any] = {"file": comparison.file_id, "algorithm": row.measurement.algorithm.name}
    if row.measurement.level is not None and not row.measurement.algorithm.is_dynamic:
        query["level"] = row.measurement.level
    if row.settings:
        query["params-of"] = row.measurement.algorithm.name
        plain = {True: "true", False: "false", None: ""}
        query |= {
            f"params-{name}": plain.get(value, value) if isinstance(value, (bool, type(None))) else value
            for name, value in row.settings.items()
        }
    return f"{reverse('compression:compress')}?{urlencode(query)}"


def again_url(comparison: Comparison, found: Sequence[Row]) -> str:
    """Return the form with the same input and algorithms; nothing where the input is gone."""
    if comparison.file_id is None:
        return ""
    names = dict.fromkeys(row.measurement.algorithm.name for row in found)
    query = [("file", comparison.file_id), *(("algorithms", name) for name in names)]
    return f"{reverse('compression:compare')}?{urlencode(query)}"


def _bars(comparison: Comparison, found: Sequence[Row]) -> list[dict[str, Any]]:
    sound = sorted(
        (row for row in found if not row.failed), key=lambda row: row.measurement.compressed_size or 0
    )
    bars = [
        {
            "label": row.name,
            "value": row.measurement.compressed_size,
            "text": size(row.measurement.compressed_size),
            "group": row.measurement.algorithm.colour,
            "highlighted": number == 0,
        }
        for number, row in enumerate(sound)
    ]
    original = {
        "label": "Original",
        "value": comparison.original_size,
        "text": size(comparison.original_size),
        "group": "c6",
    }
    return [original, *bars]


def _points(found: Sequence[Row], speed: str) -> list[dict[str, Any]]:
    """Points of ratio against one speed; the front is that of the two."""
    shown = [
        (row, getattr(row, speed))
        for row in found
        if row.ratio is not None and getattr(row, speed) is not None
    ]
    kept = front([(row.ratio or 0.0, estimate.value) for row, estimate in shown])
    return [
        {
            "label": row.name,
            "group": row.measurement.algorithm.colour,
            "x": estimate.value,
            "x_low": estimate.low,
            "x_high": estimate.high,
            "y": row.ratio,
            "pareto": on_front,
        }
        for (row, estimate), on_front in zip(shown, kept, strict=True)
    ]


_LEGEND = {
    "c1": "LZ: zstd, lz4, gzip, brotli",
    "c2": "LZMA: xz, lzma",
    "c3": "dynamic",
    "c4": "block sorting: bzip2, bzip3",
    "c5": "specialised",
    "c6": "stored",
}


def _legend(found: Sequence[Row]) -> list[tuple[str, str]]:
    colours = sorted({row.measurement.algorithm.colour for row in found})
    return [(colour, _LEGEND[colour]) for colour in colours if colour in _LEGEND]


# The link


def link(comparison: Comparison, found: Sequence[Row], mbit_s: float, sent: Sent) -> dict[str, Any]:
    """Return the candidates for one link, the soonest first, and the ranges of bandwidth with their winners."""
    by_key = {row.key: row for row in found}
    offers = figures.offers(comparison, found)
    ordered = ranking(offers, mbit_s, sent)
    longest = max((offer.seconds(mbit_s, sent) for offer in ordered[:SHOWN]), default=0.0)
    return {
        "mbit_s": mbit_s,
        "words": bandwidth(mbit_s),
        "sent": sent.value,
        "rows": [_link_row(comparison, offer, by_key, mbit_s, sent, longest) for offer in ordered],
        "spans": {how.value: _spans(offers, by_key, how) for how in Sent},
        "shown": SHOWN,
        "usual": f"{USUAL_MBIT_S:g}",
    }


def _link_row(
    comparison: Comparison, offer: Offer, rows: dict[str, Row], mbit_s: float, sent: Sent, longest: float
) -> dict[str, Any]:
    row = rows.get(offer.key)
    transfer = offer.size / (mbit_s * BYTES_PER_MBIT)
    parts = [offer.compress_s if sent == Sent.ONCE else 0.0, transfer, offer.decompress_s]
    shares, start = [], 0.0
    for part in parts:
        share = min(part / longest if longest else 0.0, 1 - start)
        shares.append((f"{start * 100:.2f}", f"{share * 100:.2f}"))
        start += share
    return {
        "offer": offer,
        "name": row.name if row else AS_IT_IS,
        "group": row.measurement.algorithm.colour if row else "c6",
        "url": compress_url(comparison, row) if row else "",
        "text": duration(sum(parts)),
        "shares": shares,
    }


def _spans(offers: Sequence[Offer], rows: dict[str, Row], sent: Sent) -> list[dict[str, Any]]:
    """The ranges of bandwidth with their winners, the slowest first."""
    changes = break_evens(offers, sent)
    if not changes:
        winner = min(offers, key=lambda offer: (offer.work_s(sent), offer.size, offer.key))
        return [_span(winner, rows, None, None)]
    winners = [changes[0].slower, *(change.faster for change in changes)]
    bounds = [None, *(change.mbit_s for change in changes), None]
    return [
        _span(winner, rows, low, high) for winner, low, high in zip(winners, bounds, bounds[1:], strict=False)
    ]


def _span(winner: Offer, rows: dict[str, Row], low: float | None, high: float | None) -> dict[str, Any]:
    row = rows.get(winner.key)
    return {"name": row.name if row else AS_IT_IS, "words": _range(low, high)}


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return "on any link"
    if low is None:
        return f"below {bandwidth(high)}"
    return f"above {bandwidth(low)}" if high is None else f"{bandwidth(low)} – {bandwidth(high)}"


def bandwidth(mbit_s: float | None) -> str:
    """Return a bandwidth in the fitting unit: 56.0 kbit/s, 2.94 Mbit/s, 1.00 Gbit/s."""
    if mbit_s is None:
        return "–"
    for factor, unit in ((1000, "Gbit/s"), (1, "Mbit/s")):
        if mbit_s >= factor * 0.9995:
            return f"{significant(mbit_s / factor)}{SPACE}{unit}"
    return f"{significant(mbit_s * 1000)}{SPACE}kbit/s"


# How it was measured


def _facts(comparison: Comparison, found: Sequence[Row]) -> list[tuple[str, str]]:
    environment = comparison.environment
    runs = sum(row.repetitions for row in found)
    load = f"{environment.get('load_before', 0):.1f} before, {environment.get('load_after', 0):.1f} after"
    return [
        ("Input", f"{size(comparison.original_size)}, SHA-256 {comparison.content_sha256[:16]}…"),
        ("Runs", f"{runs} of {len(found)} candidates in {duration(comparison.seconds)}"),
        ("Ended because", ENDINGS[Ending(comparison.ending)]),
        ("Order", f"random in each round, seed {comparison.seed}"),
        ("Machine", str(environment.get("machine", "–"))),
        ("Load of the machine", f"{load}, of {environment.get('cores', '–')} cores"),
    ]


def notes(comparison: Comparison) -> list[str]:
    """Return what a reader of the figures should know."""
    environment, said = comparison.environment, []
    if environment.get("load_before", 0) > (environment.get("cores") or 1) * 0.75:
        said.append(
            "The machine had other work when this was measured. It met all candidates alike, but all speeds may be low "
            "and their intervals wide."
        )
    if comparison.ending == Ending.BUDGET:
        said.append(
            "The time was spent before all speeds were known to 5 %: give it more for narrower intervals."
        )
    if 0 < comparison.original_size < 10_000:
        said.append("The input is small: such short times say little about larger files.")
    return said
