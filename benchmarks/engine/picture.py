"""The report as one SVG: each peer by ratio and speed of decoding, and what the engine saves on each file."""

import math
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.engine.judging import ENGINE, SMALL

Figures = dict[str, Any]

WIDTH, LEFT, RIGHT = 900, 290, 40
PLOT = 340
"""Height of the upper part."""
BAR, GAP = 13, 3
INK, MUTED, GRID = "#1c2430", "#5b6675", "#dde2e8"
OWN, PEER, LOSS = "#1769c2", "#8a94a3", "#c2411c"
MOST_LOSS = -0.25
"""Losses beyond this are cut off."""


def drawn(report: Figures) -> str:
    """The SVG."""
    bars = [row for row in reversed(report["files"]) if row["saving"] is not None and row["bytes"] >= SMALL]
    height = PLOT + 90 + len(bars) * (BAR + GAP) + 40
    body = [*_speeds(report["totals"]["peers"]), *_savings(bars, PLOT + 70)]
    title = f"The engine for {report['settings']['objective']} beside its peers"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
            f' font-family="system-ui, sans-serif" role="img" aria-label="{escape(title)}">',
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            *body,
            "</svg>\n",
        ]
    )


def _text(x: float, y: float, words: str, anchor: str = "start", fill: str = INK, size: int = 11) -> str:
    style = f'text-anchor="{anchor}" fill="{fill}" font-size="{size}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = GRID) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


# Peers by speed and ratio


def _speeds(peers: dict[str, Figures]) -> Iterator[str]:
    points = {name: item for name, item in peers.items() if item["files"] and item["decode_mb_s"] > 0}
    left, right, top, bottom = 60.0, float(WIDTH - RIGHT), 40.0, float(PLOT)
    yield _text(
        left, 20, "Mean ratio by speed of decoding, MB/s of CPU time (files of 4 KB and more)", size=13
    )
    if not points:
        return
    logs = [math.log10(item["decode_mb_s"]) for item in points.values()]
    low = math.floor(min(logs))
    high = max(math.ceil(max(logs)), low + 1)
    step = _step(max(item["ratio"] for item in points.values()))
    tallest = step * 6

    def place(log: float, ratio: float) -> tuple[float, float]:
        return left + (log - low) / (high - low) * (right - left), bottom - ratio / tallest * (bottom - top)

    for power in range(low, high + 1):
        x, _ = place(power, 0)
        yield _line(x, top, x, bottom)
        yield _text(x, bottom + 16, f"{10.0**power:g}", "middle", MUTED)
    for number in range(7):
        _, y = place(low, number * step)
        yield _line(left, y, right, y)
        yield _text(left - 8, y + 4, f"{number * step:g}", "end", MUTED)
    taken: list[tuple[float, float]] = []
    for (name, item), log in zip(points.items(), logs, strict=True):
        x, y = place(log, item["ratio"])
        yield from _point(name, x, y, _free(x, y, taken), flipped=x > right - 70)


def _step(ratio: float) -> float:
    """Between the lines of the grid, so that six of them are enough."""
    steps = (size * 10**power for power in range(-1, 9) for size in (1, 2, 5))
    return next(step for step in steps if step * 6 >= ratio * 1.02)


def _free(x: float, y: float, taken: list[tuple[float, float]]) -> float:
    """The height of a label that does not cover one that is there, as near to its point as can be."""
    for away in range(0, 200, 4):
        for height in (y + 4 - away, y + 4 + away):
            if not any(abs(x - other_x) < 75 and abs(height - other_y) < 12 for other_x, other_y in taken):
                taken.append((x, height))
                return height
    return y + 4


def _point(name: str, x: float, y: float, label: float, *, flipped: bool) -> Iterator[str]:
    own = name == ENGINE
    colour = OWN if own else PEER
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{6 if own else 4}" fill="{colour}"/>'
    if abs(label - y - 4) > 8:
        yield _line(x, y, x - 7 if flipped else x + 7, label - 4, PEER)
    yield _text(
        x - 9 if flipped else x + 9, label, name, "end" if flipped else "start", colour if own else INK
    )


# What is saved on each file


def _savings(rows: list[Figures], top: float) -> Iterator[str]:
    yield _text(
        20, top - 12, "Saved over the best plain codec of each file, % (files of 4 KB and more)", size=13
    )
    if not rows:
        return
    shown = [max(row["saving"], MOST_LOSS) for row in rows]
    low, high = min(-0.05, *shown), max(0.1, *shown)
    scale = (WIDTH - LEFT - RIGHT - 60) / (high - low)
    zero = LEFT + 35 - low * scale
    bottom = top + len(rows) * (BAR + GAP)
    for tick in range(math.ceil(low * 10), math.floor(high * 10) + 1):
        x = zero + tick / 10 * scale
        yield _line(x, top, x, bottom, MUTED if tick == 0 else GRID)
        yield _text(x, bottom + 15, str(tick * 10), "middle", MUTED)
    for place, (row, share) in enumerate(zip(rows, shown, strict=True)):
        y = top + place * (BAR + GAP) + GAP / 2
        x, width = zero + min(share, 0) * scale, max(abs(share) * scale, 0.5)
        colour = LOSS if share < 0 else OWN
        yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>'
        yield _text(LEFT - 10, y + 10.5, f"{row['name']} ({row['kind']})", "end")
        end = x - 4 if share < 0 else x + width + 4
        yield _text(end, y + 10.5, f"{row['saving'] * 100:.1f}", "end" if share < 0 else "start", MUTED)
