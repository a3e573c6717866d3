"""The picture of a preview: the course of each series, the thresholds, and when it would have fired."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from metrics.alerting import words
from metrics.alerting.models import AlertRule
from metrics.alerting.preview import Line, Preview

# The drawing is stretched to its place: lines keep their width by a style, words stand beside it.
WIDTH, HEIGHT = 1000.0, 220.0
# More lines than this are not told apart.
MOST_LINES = 6
MOST_ROWS = 200


def of(rule: AlertRule, found: Preview) -> dict[str, Any]:
    """Return what `metrics/_alert_preview.html` draws."""
    shown = sorted(found.lines, key=lambda line: len(line.intervals), reverse=True)[:MOST_LINES]
    return _Picture(rule, found, shown).drawn() if any(line.course for line in shown) else {}


def rows(found: Preview) -> list[dict[str, Any]]:
    """Return each time that it would have fired, the latest first, in figures."""
    made: list[dict[str, Any]] = [
        {
            "series": line.series,
            "machine": line.machine,
            "start": one.start,
            "end": one.end,
            "seconds": ((one.end or found.end) - one.start).total_seconds(),
            "worst": words.figure(line.series, one.worst),
        }
        for line in found.lines
        for one in line.intervals
    ]
    return sorted(made, key=lambda row: row["start"], reverse=True)[:MOST_ROWS]


class _Picture:
    """One drawing."""

    def __init__(self, rule: AlertRule, found: Preview, lines: Sequence[Line]) -> None:
        self._rule, self._found, self._lines = rule, found, lines
        values = [value for line in lines for _, value in line.course]
        values += [rule.threshold, rule.clear_threshold]
        low, high = min(values), max(values)
        room = (high - low) * 0.06 or 1.0
        # What is never below nothing is not drawn as if it could be.
        self._low, self._high = max(0.0, low - room) if low >= 0 else low - room, high + room

    def drawn(self) -> dict[str, Any]:
        """Return places of lines and times."""
        series = self._lines[0].series
        return {
            "width": WIDTH,
            "height": HEIGHT,
            "lines": [
                {"points": self._path(line), "group": f"c{place % 6 + 1}"}
                for place, line in enumerate(self._lines)
            ],
            "legend": [(f"c{place % 6 + 1}", line.series) for place, line in enumerate(self._lines)],
            "fired": list(self._fired()),
            "threshold": self._y(self._rule.threshold),
            "clear": self._y(self._rule.clear_threshold),
            "top": words.figure(series, self._high),
            "bottom": words.figure(series, self._low),
            "threshold_words": words.figure(series, self._rule.threshold),
        }

    def _path(self, line: Line) -> str:
        return " ".join(f"{self._x(t):.1f},{self._y(value):.1f}" for t, value in line.course)

    def _fired(self) -> Iterator[dict[str, Any]]:
        for line in self._lines:
            for one in line.intervals:
                begin, end = self._x(one.start), self._x(one.end or self._found.end)
                yield {
                    "x": round(begin, 1),
                    "width": round(max(2.0, end - begin), 1),
                    "label": f"{line.series} fires from {one.start:%Y-%m-%d %H:%M:%S} UTC, "
                    f"at worst {words.figure(line.series, one.worst)}",
                }

    def _x(self, t: datetime) -> float:
        share = (t - self._found.start) / (self._found.end - self._found.start)
        return WIDTH * min(1.0, max(0.0, share))

    def _y(self, value: float) -> float:
        return round(HEIGHT * (self._high - value) / (self._high - self._low), 1)
