"""The improvement rate once more, from raw rows, in code that shares nothing with that which reported it.

    python manage.py learn --corpus DIR --keep OUTCOMES.jsonl --json REPORT.json
    python -m benchmarks.improvement_check REPORT.json OUTCOMES.jsonl

The same of an installation, from what its API gives: the figures of learning, and its audits, one a line.

    python -m benchmarks.improvement_check --audits LEARNING.json AUDITS.jsonl

They are `GET /api/v1/compression/enhanced/learning`, and `…/learning/outcomes/<id>` for each of
`…/learning/outcomes?origin=audit`. Audits are judged by the weights of now: it holds where they have not changed.

Of the report it takes who chose what and how long that took (`decisions`), and the weights of objectives; costs and
regrets it makes from the sizes and times of the outcomes. It ends with 1 where the two rates, or the charge of any
decision, differ by more than 1e-9. Definitions: docs/decisions/learning.md.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

TOLERANCE = 1e-9
CPU_PRICE = 0.01
"""Of cost, for a CPU second that deciding took for a MB."""
CHUNK_MB = 0.262144
LINK_MB_S = 20.0
FLOORS_MB_S = {"ratio": (0, 0), "balanced": (0, 0), "speed": (50, 0), "decode": (0, 200)}
"""MB/s both ways that an objective asks for; what is slower costs more than anything that is not."""
CLOCK_S = 2e-7

Row = Mapping[str, Any]


class Charge(NamedTuple):
    """What a decision was charged, here and in the report, by a state that had learned from so many outcomes."""

    outcomes: int
    charged: float
    reported: float


def charges(decisions: Iterable[Row], weights: Mapping[str, float], outcomes: Iterable[Row]) -> list[Charge]:
    """Charge each decision anew; raises KeyError where the outcomes lack one's content, or what it chose."""
    by_content: dict[str, list[Row]] = {}
    for outcome in outcomes:
        by_content.setdefault(outcome["content"], []).append(outcome)
    total = math.fsum(weights.values())
    found = []
    for one in decisions:
        parts = []
        for objective, weight in weights.items():
            costs = costs_of(by_content[one["content"]], objective)
            regret = costs[one["chosen"][objective]] - min(costs.values())
            spent = one["decision_cpu_s"][objective] / CHUNK_MB
            parts.append(weight / total * (regret + CPU_PRICE * spent))
        found.append(Charge(one["outcomes"], math.fsum(parts), one["charged"]))
    return found


def costs_of(outcomes: Sequence[Row], objective: str) -> dict[str, float]:
    """The logarithm of what each action cost on one content; where that was measured more than once, the middle."""
    measured: dict[str, list[tuple[int, float, float, Row]]] = {}
    for outcome in outcomes:
        for trial in outcome["trials"]:
            if credible(trial, outcome["size"]):
                key = (trial["size"], trial["encode_s"], trial["decode_s"], outcome)
                measured.setdefault(trial["action"], []).append(key)
    found = {}
    for action, trials in measured.items():
        trials.sort(key=lambda trial: (trial[0], trial[1] / trial[3]["machine"]))
        size, encode_s, decode_s, outcome = trials[len(trials) // 2]
        share, megabytes = size / outcome["size"], outcome["size"] / 1e6
        encode, decode = ((s + CLOCK_S) / outcome["machine"] / megabytes for s in (encode_s, decode_s))
        late = max(encode * FLOORS_MB_S[objective][0], decode * FLOORS_MB_S[objective][1])
        cost = share / LINK_MB_S + encode + decode if objective == "balanced" else share
        found[action] = math.log((1 + share) * late if late > 1 else cost)
    return found


def credible(trial: Row, size: int) -> bool:
    """Whether a trial has all its figures, and such as a codec on a machine can have."""
    figures = [trial["size"], trial["encode_s"], trial["decode_s"]]
    if trial["error"] or any(figure is None or not math.isfinite(figure) for figure in figures):
        return False
    least_s, most_s = size / 1e11 - 1e-6, size / 1e3 + 60
    return 0 < figures[0] <= 1.5 * size + 65_536 and all(
        s >= 0 and least_s <= s <= most_s for s in figures[1:]
    )


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the line of least squares; 0 where all points are at one place."""
    count = len(points)
    x_mean = math.fsum(x for x, _ in points) / count
    y_mean = math.fsum(y for _, y in points) / count
    across = math.fsum((x - x_mean) ** 2 for x, _ in points)
    return math.fsum((x - x_mean) * (y - y_mean) for x, y in points) / across if across else 0.0


def improvement_rate(charged: Iterable[Charge]) -> float:
    """By how much the mean charge of a state falls for each doubling of outcomes, over the states of the curve."""
    states: dict[int, list[float]] = {}
    for one in charged:
        states.setdefault(one.outcomes, []).append(one.charged)
    return -slope([(math.log2(1 + n), math.fsum(found) / len(found)) for n, found in states.items()])


def of_audits(audits: Iterable[Row], weights: Mapping[str, float]) -> list[Charge]:
    """Charge the decisions of the states that served anew, each on the content of its own audit."""
    found = []
    for audit in audits:
        if audit["judged"]:
            outcome = {**audit, "content": audit["id"], "machine": audit["machine_factor"]}
            decision = {**audit["judged"], "content": audit["id"], "outcomes": audit["state_outcomes"] or 0}
            found += charges([decision], weights, [outcome])
    return found


def prequential_rate(charged: Iterable[Charge]) -> float:
    """By how much the charge of an audit is lower for each doubling of the outcomes that its state had learned from."""
    return 0.0 - slope([(math.log2(1 + one.outcomes), one.charged) for one in charged])


def main(arguments: Sequence[str]) -> int:
    """Print both rates and how far they are apart; return 0 where they agree."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.improvement_check", description=__doc__)
    parser.add_argument("--audits", action="store_true", help="the files are of audits, from the API")
    parser.add_argument("report", type=Path, help="what `manage.py learn --json` wrote")
    parser.add_argument("outcomes", type=Path, help="what it kept with --keep: JSON lines")
    options = parser.parse_args(arguments)
    outcomes = [json.loads(line) for line in options.outcomes.read_text().splitlines() if line]
    told = json.loads(options.report.read_text())
    if options.audits:
        found = of_audits(outcomes, told["weights"])
        rate, reported = (
            prequential_rate(found),
            (told["improvement"]["prequential"] or {"rate": 0.0})["rate"],
        )
    else:
        found = charges(told["decisions"], told["weights"], outcomes)
        rate, reported = improvement_rate(found), told["improvement"]["rate"]
    return said(found, rate, reported)


def said(found: Sequence[Charge], rate: float, reported: float) -> int:
    """Print what was found, and return whether it agrees with the report, as the end of a program."""
    worst = max(abs(one.charged - one.reported) for one in found)
    print(f"decisions         {len(found)}, by states of {sorted({one.outcomes for one in found})} outcomes")
    print(f"reported rate     {reported:.12f}")
    print(f"from raw rows     {rate:.12f}")
    print(f"difference        {abs(rate - reported):.1e}")
    print(f"of any decision   {worst:.1e}")
    return 0 if max(abs(rate - reported), worst) <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
