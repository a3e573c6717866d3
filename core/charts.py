"""Pictures that the server draws: points with links, lines and bands on axes; `core/_chart.html`.

Across, places are per cent of the width, whatever that is; bands and lines lie in a field of FIELD by FIELD that is
stretched over it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

HEIGHT, TOP, BOTTOM = 260, 28, 40
LEFT, RIGHT = 11.0, 97.0
FIELD = 1000
GRID, TICKS = 4, 5

Scale = Callable[[float], float]
Words = Callable[[float], str]


def plain(value: float) -> float:
    """As it is."""
    return value


def doublings(count: float) -> float:
    """So that every doubling is as long as any other, and 0 has a place."""
    return math.log2(1 + count)


@dataclass(frozen=True)
class Point:
    """One point: where, in which colour (c1 to c6), what it is in words, and where it leads."""

    x: float
    y: float
    label: str
    url: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Series:
    """Points of one colour; joined by a line and in a band (`low` to `high` of each), or each with its own interval.

    `dash` (as SVG has it) tells lines of one colour apart.
    """

    group: str
    points: Sequence[Point]
    joined: bool = True
    dash: str = ""


@dataclass(frozen=True)
class Axes:
    """What runs where. `ticks` are values across, taken by themselves where there are none."""

    x_label: str
    y_label: str
    x_words: Words
    y_words: Words
    x_scale: Scale = plain
    y_scale: Scale = plain
    ticks: Sequence[float] = field(default_factory=tuple)
    least: float | None = None
    diagonal: bool = False
    level: float | None = None


def drawn(axes: Axes, series: Sequence[Series]) -> dict[str, Any]:
    """Return the picture, empty where there are no points; tables stand beside it."""
    points = [point for one in series for point in one.points]
    if not points:
        return {}
    return _Drawing(axes, points).of(series)


class _Drawing:
    """A picture on its way: where values are."""

    def __init__(self, axes: Axes, points: Sequence[Point]) -> None:
        self._axes = axes
        self._x = _span([axes.x_scale(point.x) for point in points] + [axes.x_scale(t) for t in axes.ticks])
        ends = [end for point in points for end in (point.low, point.y, point.high) if end is not None]
        ends += [end for end in (axes.least, axes.level) if end is not None]
        self._y = _span([axes.y_scale(end) for end in ends])
        if axes.diagonal:
            self._x = self._y = _span([*self._x, *self._y])

    def of(self, series: Sequence[Series]) -> dict[str, Any]:
        """All parts."""
        axes, (low, high) = self._axes, self._y
        steps = [low + (high - low) * step / GRID for step in range(GRID + 1)]
        level = self._at(axes.level) if axes.level is not None else None
        return {
            "height": HEIGHT,
            "left": f"{LEFT}%",
            "right": f"{RIGHT}%",
            "width": f"{RIGHT - LEFT}%",
            "top": TOP,
            "floor": HEIGHT - BOTTOM,
            "deep": HEIGHT - BOTTOM - TOP,
            "field": FIELD,
            "x_label": axes.x_label,
            "y_label": axes.y_label,
            "rows": [
                {"y": f"{self._down(step):.1f}", "text": axes.y_words(_value(axes.y_scale, step))}
                for step in steps
            ],
            "ticks": self._ticks(),
            "level": f"{level:.1f}" if level is not None else "",
            "diagonal": axes.diagonal,
            "bands": [self._band(one) for one in series if one.joined and len(one.points) > 1],
            "points": [self._point(point, one) for one in series for point in one.points],
        }

    def _ticks(self) -> list[dict[str, str]]:
        scale, (low, high) = self._axes.x_scale, self._x
        places = [scale(tick) for tick in self._axes.ticks]
        places = places or [low + (high - low) * step / TICKS for step in range(TICKS + 1)]
        values = self._axes.ticks or [_value(scale, place) for place in places]
        return [
            {"x": f"{self._across(place):.2f}%", "text": self._axes.x_words(value)}
            for value, place in zip(values, places, strict=True)
        ]

    def _point(self, point: Point, series: Series) -> dict[str, Any]:
        ends = (
            {"low": f"{self._at(point.low):.1f}", "high": f"{self._at(point.high):.1f}"}
            if not series.joined and point.low is not None and point.high is not None
            else {}
        )
        return {
            "x": f"{self._across(self._axes.x_scale(point.x)):.2f}%",
            "y": f"{self._at(point.y):.1f}",
            "group": series.group,
            "label": point.label,
            "url": point.url,
            **ends,
        }

    def _band(self, series: Series) -> dict[str, Any]:
        there = [(self._axes.x_scale(point.x), point) for point in series.points]
        upper = [(x, point.y if point.high is None else point.high) for x, point in there]
        lower = [(x, point.y if point.low is None else point.low) for x, point in there]
        return {
            "group": series.group,
            "dash": series.dash,
            "area": self._path([*upper, *reversed(lower)]),
            "line": self._path([(x, point.y) for x, point in there]),
        }

    def _path(self, points: Sequence[tuple[float, float]]) -> str:
        return " ".join(
            f"{(self._across(x) - LEFT) / (RIGHT - LEFT) * FIELD:.1f},"
            f"{(self._at(y) - TOP) / (HEIGHT - BOTTOM - TOP) * FIELD:.1f}"
            for x, y in points
        )

    def _across(self, place: float) -> float:
        low, high = self._x
        return LEFT + (RIGHT - LEFT) * (place - low) / (high - low)

    def _at(self, value: float) -> float:
        return self._down(self._axes.y_scale(value))

    def _down(self, place: float) -> float:
        low, high = self._y
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (place - low) / (high - low)


def _span(places: Sequence[float]) -> tuple[float, float]:
    """The ends of a scale: never of no length."""
    low, high = min(places), max(places)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _value(scale: Scale, place: float) -> float:
    """What stands at a place of a scale."""
    return math.exp(place) if scale is math.log else place
