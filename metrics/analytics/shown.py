"""Analytics as the page shows them: numbers with ways to what is behind them, and pictures over time."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from core.charts import Axes, Point, Scale, Series, drawn, plain
from core.formatting import count, percent, rate, ratio, size
from files.choices import Kind
from metrics.analytics import periods
from metrics.analytics.periods import Span
from metrics.analytics.reading import NOTHING, Figures, Report
from metrics.analytics.rows import UNKNOWN
from metrics.colours import colour_of, dashes

COLOURS = ("c1", "c2", "c3", "c4", "c5", "c6")
MOST_LINES = len(COLOURS)
MOST_TICKS = 7
KINDS = {**dict(Kind.choices), UNKNOWN: "Unknown", "": "Unknown"}
TICK = timedelta(microseconds=1)

Behind = Callable[..., str]


@dataclass(frozen=True)
class Chart:
    """A picture of one number over time. `value` is None where there is nothing to show of some outcomes; where a
    picture `fills`, that nothing was done is a value too."""

    id: str
    title: str
    note: str
    y_label: str
    words: Callable[[float], str]
    value: Callable[[Figures], float | None]
    detail: Callable[[Figures], str]
    nothing: str
    least: float | None = None
    failures: bool = False
    fills: bool = False
    scale: Scale = plain


CHARTS = (
    Chart(
        "throughput",
        "Throughput",
        "original bytes",
        "bytes",
        size,
        lambda one: one.sums.bytes_in,
        lambda one: f"{size(one.sums.bytes_in)} in {count(one.sums.count)}",
        "Nothing was compressed or restored in this time.",
        least=0.0,
        fills=True,
    ),
    Chart(
        "ratio",
        "Compression ratio",
        "of all together",
        "ratio",
        ratio,
        lambda one: one.sums.ratio,
        lambda one: f"ratio {ratio(one.sums.ratio)}",
        "Nothing was compressed or restored in this time.",
    ),
    Chart(
        "failures",
        "Failures",
        "share of all that was tried",
        "share",
        percent,
        lambda one: one.sums.failures / one.sums.count if one.sums.count else None,
        lambda one: f"{count(one.sums.failures)} of {count(one.sums.count)} failed",
        "Nothing failed in this time.",
        least=0.0,
        failures=True,
    ),
    Chart(
        "speed",
        "Compression speed",
        "median",
        "MB/s",
        rate,
        lambda one: one.percentiles["compress_mb_s"]["p50"],
        lambda one: f"median {rate(one.percentiles['compress_mb_s']['p50'])}",
        "Nothing was compressed in this time.",
        scale=math.log,
    ),
)


def behind(filters: Mapping[str, str]) -> Behind:
    """Return what gives the address of the outcomes of a number; empty where the ledger cannot be asked for them."""

    def url(start: datetime, end: datetime, **more: str) -> str:
        asked = {**filters, **more}
        if asked.get("kind") == UNKNOWN:
            return ""
        window = {"created_after": start.isoformat(), "created_before": (end - TICK).isoformat()}
        return f"{reverse('compression:history')}?{urlencode({**asked, **window})}"

    return url


def name_of(by: str, key: str) -> str:
    """An algorithm or a kind of content, as people read it."""
    return KINDS.get(key, key) if by == "kind" else key


def table(report: Report, span: Span, url: Behind) -> list[dict[str, Any]]:
    """Return the rows of a report by algorithm or by kind, the most frequent first."""
    (by,) = report.by
    ordered = sorted(report.rows.items(), key=lambda one: -one[1].sums.count)
    return [
        {
            "name": name_of(by, key),
            "url": url(span.start, span.end, **{by: key or UNKNOWN}),
            "failed_url": url(span.start, span.end, **{by: key or UNKNOWN}, succeeded="false"),
            "sums": figures.sums,
            "rate": figures.sums.failures / figures.sums.count,
            **figures.percentiles,
        }
        for (key,), figures in ordered
    ]


def charts(report: Report, span: Span, url: Behind) -> list[dict[str, Any]]:
    """Return the pictures of a report by period and by algorithm or kind: lines of the most frequent ones."""
    _, by = report.by
    frequent: Counter[str] = Counter()
    for (_, key), figures in report.rows.items():
        frequent[key] += figures.sums.count
    names = [key for key, _ in frequent.most_common(MOST_LINES)]
    looks = _looks(by, names)
    return [
        {
            "chart": chart,
            "left_out": len(frequent) - len(names),
            "legend": [(colour, name_of(by, key), dash) for key, (colour, dash) in looks.items()],
            **_picture(chart, report, span, looks, url),
        }
        for chart in CHARTS
    ]


# Colour and dash of a line, by algorithm or kind.
Looks = Mapping[str, tuple[str, str]]


def _looks(by: str, names: Sequence[str]) -> Looks:
    """Return how lines look: algorithms as everywhere, kinds of content in one colour after the other."""
    colours = [colour_of(key) for key in names] if by == "algorithm" else list(COLOURS[: len(names)])
    return dict(zip(names, zip(colours, dashes(colours), strict=True), strict=True))


@dataclass(frozen=True)
class Told:
    """One value of a picture."""

    t: datetime
    name: str
    figures: Figures
    value: float
    url: str


def _picture(chart: Chart, report: Report, span: Span, looks: Looks, url: Behind) -> dict[str, Any]:
    told = [_told(chart, report, span, key, url) for key in looks]
    if not any(one.value for points in told for one in points):
        return {"picture": {}, "rows": []}
    series = [
        Series(colour, [_point(chart, span, one) for one in points], dash=dash)
        for (colour, dash), points in zip(looks.values(), told, strict=True)
    ]
    rows = sorted((one for points in told for one in points if one.figures.sums.count), key=lambda one: one.t)
    return {
        "picture": drawn(_axes(chart, span), series),
        "rows": [
            {
                "when": periods.words(one.t, span.bucket),
                "name": one.name,
                "value": chart.words(one.value),
                "detail": chart.detail(one.figures),
                "url": one.url,
            }
            for one in rows
        ],
    }


def _told(chart: Chart, report: Report, span: Span, key: str, url: Behind) -> list[Told]:
    """The values of one line, in order of time."""
    _, by = report.by
    ways = {by: key or UNKNOWN} | ({"succeeded": "false"} if chart.failures else {})
    found = []
    for t in span.buckets():
        figures = report.rows.get((t, key), NOTHING)
        value = chart.value(figures)
        if value is not None and (chart.fills or figures.sums.count):
            end = min(periods.following(t, span.bucket), span.end)
            address = url(max(t, span.start), end, **ways) if figures.sums.count else ""
            found.append(Told(t, name_of(by, key), figures, value, address))
    return found


def _point(chart: Chart, span: Span, one: Told) -> Point:
    label = f"{one.name}, {periods.words(one.t, span.bucket)}: {chart.detail(one.figures)}"
    return Point(one.t.timestamp(), one.value, label, one.url)


def _axes(chart: Chart, span: Span) -> Axes:
    starts = list(span.buckets())
    step = -(-len(starts) // MOST_TICKS)
    return Axes(
        f"{span.bucket}s, UTC",
        chart.y_label,
        lambda t: _short(datetime.fromtimestamp(t, span.start.tzinfo), span.bucket),
        chart.words,
        y_scale=chart.scale,
        ticks=[t.timestamp() for t in starts[::step]],
        least=chart.least,
    )


def _short(t: datetime, bucket: str) -> str:
    if bucket == "hour":
        return f"{t:%H}:00" if t.hour else f"{t:%-d %b}"
    return f"{t:%b %Y}" if bucket == "month" else f"{t:%-d %b}"
