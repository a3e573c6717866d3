"""The page of analytics."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from compression.choices import Operation
from files.choices import Kind
from metrics.analytics import periods, reading, shown
from metrics.analytics.periods import Span
from metrics.analytics.reading import Asked
from metrics.analytics.rows import UNKNOWN

SERIES = {"algorithm": "Algorithms", "kind": "Kinds of content"}


@require_GET
def algorithms(request: SignedInRequest) -> HttpResponse:
    """How does each algorithm do?"""
    query = {name: str(value) for name, value in request.GET.items() if value}
    span = periods.asked(query, timezone.now())
    filters = _filters(query)
    by = query["by"] if query.get("by") in SERIES else "algorithm"
    asked = Asked(request.user, span.start, span.end, _exact(filters))
    over_time = reading.report(asked, [span.bucket, by])
    total = reading.report(asked, [])
    url = shown.behind(filters)
    context = {
        "span": span,
        "by": by,
        "ranges": [
            (_with(query, range=name, since="", until=""), words, name == span.name)
            for name, (_, words) in periods.RANGES.items()
        ],
        "series": [(_with(query, by=name), words, name == by) for name, words in SERIES.items()],
        "filters": _fields(request, query, filters, asked),
        "total": total.rows.get((), reading.NOTHING),
        "total_url": url(span.start, span.end),
        "failed_url": url(span.start, span.end, succeeded="false"),
        "is_exact": total.is_exact,
        "charts": shown.charts(over_time, span, url),
        "algorithms": shown.table(reading.report(asked, ["algorithm"]), span, url),
        "kinds": shown.table(reading.report(asked, ["kind"]), span, url),
        "export": _export(span, by, filters),
    }
    return render(request, "metrics/algorithms.html", context)


def _filters(query: dict[str, str]) -> dict[str, str]:
    """What of the filters can be understood."""
    known = {"kind": {*Kind.values, UNKNOWN}, "operation": set(Operation.values)}
    found = {name: query[name] for name, values in known.items() if query.get(name) in values}
    if algorithm := query.get("algorithm", "")[:64]:
        found["algorithm"] = algorithm
    return found


def _exact(filters: dict[str, str]) -> dict[str, str]:
    return {name: "" if value == UNKNOWN and name == "kind" else value for name, value in filters.items()}


def _fields(
    request: SignedInRequest, query: dict[str, str], filters: dict[str, str], asked: Asked
) -> list[dict[str, Any]]:
    others = {name: value for name, value in asked.filters.items() if name != "algorithm"}
    names = {
        name for (name,) in reading.sums(Asked(asked.user, asked.start, asked.end, others), ["algorithm"])
    }
    names |= {filters["algorithm"]} if "algorithm" in filters else set()

    def choice(name: str, label: str, options: list[tuple[str, str]]) -> dict[str, Any]:
        return {"name": name, "label": label, "value": filters.get(name, ""), "options": options}

    def entry(name: str, label: str, kind: str) -> dict[str, Any]:
        return {"name": name, "label": label, "value": query.get(name, ""), "type": kind}

    return [
        choice("algorithm", "Algorithm", [("", "All algorithms"), *((name, name) for name in sorted(names))]),
        choice("kind", "Kind of content", [("", "All kinds"), *Kind.choices, (UNKNOWN, "Unknown")]),
        choice("operation", "Operation", [("", "Both ways"), *Operation.choices]),
        entry("since", "From", "date"),
        entry("until", "To", "date"),
        entry("range", "range", "hidden"),
        entry("by", "by", "hidden"),
    ]


def _with(query: dict[str, str], **changed: str) -> str:
    kept = {name: value for name, value in {**query, **changed}.items() if value}
    return f"?{urlencode(kept)}"


def _export(span: Span, by: str, filters: dict[str, str]) -> str:
    window = {"from": span.start.isoformat(), "to": span.end.isoformat()}
    asked = {"format": "csv", "group_by": f"{span.bucket},{by}", **window, **filters}
    return f"{reverse('api:metrics:compression')}?{urlencode(asked)}"
