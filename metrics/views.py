"""The page of the platform's state."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from metrics import storage
from metrics.alerting import selectors as alerting
from metrics.alerting.choices import Status
from metrics.components import looking
from metrics.models import Machine
from metrics.page import figures
from metrics.page.charts import SECTIONS, lines_of

LIVE = (("5m", "5 min"), ("15m", "15 min"), ("1h", "1 h"))
RECENT = (
    ("15m", "15 min"),
    ("1h", "1 h"),
    ("6h", "6 h"),
    ("1d", "1 d"),
    ("7d", "7 d"),
    ("30d", "30 d"),
    ("1y", "1 y"),
)


@require_GET
def system(request: SignedInRequest) -> HttpResponse:
    """Is the platform well, and what is it doing?"""
    now = _now(request)
    sample = now["sample"]
    known = storage.series(sample.machine) if sample else []
    sections = []
    for section in SECTIONS:
        shown = [(chart, lines) for chart in section.charts if (lines := lines_of(chart, known))]
        if shown:
            sections.append({"id": section.id, "title": section.title, "charts": shown})
    context = {
        **now,
        "sections": sections,
        "known": known,
        "current": list(figures.current(sample.values)) if sample else [],
        "live": LIVE,
        "recent": RECENT,
        "clock": timezone.now().timestamp(),
    }
    return render(request, "metrics/system.html", context)


@require_GET
def now(request: SignedInRequest) -> HttpResponse:
    """What the page says first, anew."""
    return render(request, "metrics/_now.html", _now(request))


def _now(request: SignedInRequest) -> dict[str, Any]:
    machines = list(Machine.objects.order_by("name").values_list("name", flat=True))
    asked = request.GET.get("machine")
    chosen = asked if asked in machines else None  # one that there is not is as if it were not said
    sample = storage.latest(chosen)
    cards = [figures.card(one) for one in looking.components()]
    firing = [one for one in alerting.active() if one["state"].status == Status.FIRING]
    return {
        "machines": machines,
        "chosen": chosen,
        "machine": chosen or (sample.machine if sample else ""),
        "sample": sample,
        "firing": firing,
        "silent_since": figures.silent_since(sample) if sample else None,
        "today": timezone.now().date(),
        "verdict": figures.verdict(cards, sample, [one["rule"].name for one in firing]),
        "statistics": figures.statistics(sample.values) if sample else [],
        "cards": cards,
    }
