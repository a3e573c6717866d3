"""The figures of the dashboard as the page shows them: pictures, the tables under them, and what is missing yet."""

import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from compression.engine.learning.actions import ACTIONS
from compression.learning.dashboard import ledger
from compression.learning.dashboard.words import QUANTITY_WORDS, interval, share
from core.charts import Axes, Point, Series, doublings, drawn
from core.formatting import count, ratio, significant

SHADES = 5
MOST_ACTIONS = 9
"""Columns of the matrix; the others are one together."""
MOST_KINDS = 30


def outcomes_url(**asked: Any) -> str:
    """Return the address of the outcomes behind a figure."""
    return f"{reverse('compression:learning-outcomes')}?{urlencode(asked)}"


def state_url(number: int) -> str:
    """Return the address of a state."""
    return reverse("compression:learning-state", args=[number])


def regret(found: dict[str, Any]) -> dict[str, Any]:
    """Return regret against outcomes: states on what is held out, and audits as they came."""
    held = [
        Point(
            one["outcomes"],
            one["regret"],
            f"State {one['state']}, learned from {count(one['outcomes'])} outcomes: {_with_interval(one)}",
            state_url(one["state"]),
            one["low"],
            one["high"],
        )
        for one in found["hold_out"]
    ]
    came = [
        Point(
            one["audits"],
            one["regret"],
            f"Audit {count(one['audits'])}, mean of {one['mean_of']}: {_with_interval(one)}",
            outcomes_url(origin="audit", created_before=one["at"].isoformat()),
            one["low"],
            one["high"],
        )
        for one in found["prequential"]
    ]
    held.sort(key=lambda point: point.x)
    most = max((point.x for point in (*held, *came)), default=1)
    ticks = [0, *(2**n for n in range(math.ceil(math.log2(most + 1)) + 1) if 2**n <= most)]
    axes = Axes("outcomes", "regret", count, share, x_scale=doublings, ticks=ticks, least=0.0)
    return {"chart": drawn(axes, [Series("c3", held), Series("c1", came)]), "hold_out": held, "came": came}


def _with_interval(one: dict[str, Any]) -> str:
    return f"{share(one['regret'])} above the best ({interval(one['low'], one['high'])})"


def predictions(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return measured against predicted ratios, each with its interval of 90 %; on the line they are the same."""

    def series(group: str, *, inside: bool) -> Series:
        return Series(
            group, [_prediction(one) for one in found if one["inside"] is inside and one["ratio"] > 0]
        )

    axes = Axes(
        "predicted ratio", "measured ratio", ratio, ratio, x_scale=math.log, y_scale=math.log, diagonal=True
    )
    both = [series("c3", inside=True), series("c4", inside=False)]
    return drawn(axes, [Series(one.group, one.points, joined=False) for one in both])


def _prediction(one: dict[str, Any]) -> Point:
    told = f"predicted {ratio(one['predicted'])} ({ratio(one['low'])} to {ratio(one['high'])})"
    url = reverse("compression:learning-outcome", args=[one["outcome"]])
    label = f"{one['action']} on {one['kind'] or 'content'}: {told}, came {ratio(one['ratio'])}"
    return Point(one["predicted"], one["ratio"], label, url)


def drift(found: dict[str, Any] | None) -> dict[str, Any]:
    """Return how what came went with what was predicted, over time."""
    groups = found["over_time"] if found else []
    points = [
        Point(
            number,
            one["actual_by_predicted"],
            _group_words(one),
            outcomes_url(origin="run", state=found["state"], created_before=one["at"].isoformat())
            if found
            else "",
            one["low"],
            one["high"],
        )
        for number, one in enumerate(groups, start=1)
    ]
    ticks = [*range(1, len(groups) + 1, max(1, len(groups) // 8))]
    axes = Axes(
        "groups of runs, the oldest first",
        "measured by predicted ratio",
        count,
        significant,
        ticks=ticks,
        level=1.0,
    )
    return drawn(axes, [Series("c3", points)])


def _group_words(one: dict[str, Any]) -> str:
    times = significant(one["actual_by_predicted"])
    return (
        f"{timezone.localtime(one['at']):%d %b %H:%M}: measured ratios were {times} times those predicted "
        f"({interval(one['low'], one['high'], significant)}); {one['inside']} of {one['runs']} within their intervals"
    )


def coverage(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the intervals' coverage by action: cells of each quantity, whether it is below what was promised."""
    rows = [{"action": "all actions", "contents": found["contents"], **found["quantities"]}]
    if not found["actions"]:
        return []
    return [
        {
            "action": row["action"],
            "words": ACTIONS[row["action"]].words if row["action"] in ACTIONS else "",
            "contents": row["contents"],
            "cells": [
                {**row[name], "is_low": row[name]["high"] < 0.9, "name": QUANTITY_WORDS[name]}
                for name in ledger.QUANTITIES
            ],
        }
        for row in [*rows, *found["actions"]]
    ]


def matrix(found: dict[str, Any]) -> dict[str, Any]:
    """Return kinds × actions: in each cell how often the action was best, with what is behind it."""
    shown = [one["action"] for one in found["actions"][:MOST_ACTIONS]]
    more = len(found["actions"]) - len(shown)
    return {
        "actions": [
            {"name": name, "words": ACTIONS[name].words if name in ACTIONS else ""} for name in shown
        ],
        "more": more,
        "contents": found["contents"],
        "rows": [_kind(row, shown, found["objective"], more) for row in found["kinds"][:MOST_KINDS]],
        "left_out": max(0, len(found["kinds"]) - MOST_KINDS),
    }


def _kind(row: dict[str, Any], shown: Sequence[str], objective: str, more: int) -> dict[str, Any]:
    best, contents = row["best"], row["contents"]
    rest = contents - sum(best.get(name, 0) for name in shown)
    return {
        "kind": row["kind"] or "unknown",
        "contents": contents,
        "url": outcomes_url(origin="audit", kind=row["kind"]) if row["kind"] else "",
        "cells": [
            {
                "n": n,
                "share": n / contents,
                "shade": math.ceil(n / contents * SHADES),
                "action": name,
                "url": outcomes_url(kind=row["kind"], best=name, aim=objective) if n and row["kind"] else "",
            }
            for name in shown
            for n in (best.get(name, 0),)
        ],
        "rest": rest if more > 0 else None,
    }
