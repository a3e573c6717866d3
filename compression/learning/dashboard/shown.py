"""What the pages of learning show: figures in words and pictures, states with their buttons, outcomes as rows."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Prefetch, QuerySet

from compression.engine.learning.actions import ACTIONS, NAMES
from compression.engine.learning.tables import TICK_S
from compression.engine.searching.objective import MB
from compression.learning.choices import Origin, Scope, StateStatus
from compression.learning.dashboard import ledger, pictures, words
from compression.learning.dashboard.figures import state_of
from compression.learning.models import LearningState, Outcome, OutcomeTrial
from compression.learning.training import relative
from core.formatting import count, duration, exact_bytes, percent, significant

ACTION_NAMES = NAMES
LEGEND = [("c3", "states, on what is held out"), ("c1", f"audits as they came, mean of {ledger.MOVING}")]
POINTS_LEGEND = [("c3", "within its interval of 90 %"), ("c4", "outside of it")]


def of(found: dict[str, Any]) -> dict[str, Any]:
    """Return what the page needs beside the figures."""
    rates, collecting = found["improvement"], found["collecting"]
    return {
        "advantage": words.advantage_in_words(found["serving"]) if found["serving"] else "",
        "rates": [
            _rate(
                "Improvement on what is held out", rates["hold_out"], f"on {rates['evaluated_on']} contents"
            ),
            _rate("Improvement over audits", rates["prequential"], f"over {count(rates['audits'])} audits"),
            _rate("Control, figures dealt out anew", rates["control"], "has to be no better than 0"),
        ],
        "rate_words": words.rate_in_words(rates["hold_out"]),
        "off": [words.SWITCH_WORDS[name] for name in collecting["switched_off"]],
        "regret_picture": pictures.regret(found["regret"]),
        "regret_legend": LEGEND,
        "prediction_picture": pictures.predictions(found["predictions"]),
        "prediction_legend": POINTS_LEGEND,
        "coverage_rows": pictures.coverage(found["coverage"]),
        "matrix": pictures.matrix(found["wins"]),
        "drift_picture": pictures.drift(found["drift"]),
    }


def _rate(label: str, told: dict[str, float] | None, note: str) -> dict[str, Any]:
    if told is None:
        return {"label": label, "value": "–", "note": note, "low": None, "high": None, "point": None}
    value, low, high = (100 * words.of_cost(told[name]) for name in ("rate", "low", "high"))
    return {
        "label": label,
        "value": f"{value:.2f}".replace("-", "−"),
        "low": low,
        "high": high,
        "point": value,
        "note": f"{note}; {words.interval(low / 100, high / 100)}. {words.verdict(told)}",
    }


# States


def states(rows: Iterable[LearningState]) -> list[dict[str, Any]]:
    """Return states with their figures, and what can be done with each."""
    return [_state(row) for row in rows]


def _state(row: LearningState) -> dict[str, Any]:
    figures, regret = row.figures, row.figures.get("regret") or {}
    gain = figures.get("advantage")
    return {
        "row": row,
        "refused": [(reason, n) for reason, n in (row.lineage.get("refused") or {}).items() if n],
        "gain": _gain(gain),
        "evaluated_on": figures.get("evaluated_on", 0),
        "regret": words.share(regret["after"]) if regret else "",
        "may_serve": row.status in (StateStatus.CANDIDATE, StateStatus.RETIRED),
        "may_retire": row.status in (StateStatus.CANDIDATE, StateStatus.SERVING) and row.number > 0,
    }


def _gain(told: dict[str, float] | None) -> tuple[str, str] | None:
    if not told:
        return None
    value, low, high = (words.of_cost(told[name]) for name in ("rate", "low", "high"))
    return words.share(value), words.interval(low, high)


def of_state(row: LearningState) -> dict[str, Any]:
    """Return the page of a state: what it was made of, and how it was judged."""
    lineage, figures = row.lineage, row.figures
    told = state_of(row) or {}
    regret, covered = figures.get("regret"), figures.get("coverage") or {}
    facts: list[tuple[str, Any]] = [
        ("Name", row.name),
        ("Learned from", f"{count(row.outcomes)} outcomes of this installation"),
        ("Looked at", f"{count(lineage['collected'])} outcomes" if "collected" in lineage else "–"),
        ("Shipped outcomes", count(lineage.get("shipped_outcomes"))),
        ("Seed", str(lineage.get("seed", "–"))),
        ("Action set", str(row.action_set)),
        ("Features", f"version {row.features_version}"),
        ("Made by", row.made_by.username if row.made_by else "the platform"),
    ]
    judged: list[tuple[str, Any]] = [("Judged on", f"{figures.get('evaluated_on', 0)} contents held out")]
    if regret:
        judged.append(("Regret before", words.share(regret["before"])))
        judged.append(("Regret with it", words.share(regret["after"])))
    if figures.get("improvement"):
        judged.append(("Improvement", words.rate_in_words(figures["improvement"])))
    if figures.get("control"):
        judged.append(("Control", words.rate_in_words(figures["control"])))
    if figures.get("over_control"):
        judged.append(("Cost beside the control", words.gain_in_words(figures["over_control"])))
    judged += [(f"Within 90 %: {name}", percent(value)) for name, value in covered.items()]
    return {"facts": facts, "judged": judged, "advantage": words.advantage_in_words(told)}


# Outcomes


def outcomes() -> "QuerySet[Outcome]":
    """Return the outcomes with the state that served and the trial of what was run, in two queries for a page."""
    own = OutcomeTrial.objects.filter(scope=Scope.CHUNK, action=F("outcome__chosen"), size__gt=0)
    return (
        Outcome.objects.select_related("state")
        .defer("features", "state__packed", "state__lineage", "state__figures")
        .prefetch_related(Prefetch("trials", queryset=own, to_attr="own_trials"))
    )


def outcome_row(row: Outcome) -> dict[str, Any]:
    """Return an outcome as a row: what was predicted for the action that was run, beside what came."""
    trial = next(iter(getattr(row, "own_trials", [])), None)
    return {
        "row": row,
        "trial": _trial(trial) if trial else None,
        "regret": words.share(relative(row.judged["charged"])) if row.judged else "",
    }


def of_outcome(row: Outcome) -> dict[str, Any]:
    """Return the page of an outcome: facts, and every trial with what was predicted beside what came."""
    trials = [_trial(trial) for trial in sorted(row.trials.all(), key=lambda trial: trial.position)]
    judged = row.judged or {}
    sizes = [one["row"].size for one in trials if one["row"].scope == Scope.CHUNK and one["row"].size]
    for one in trials:
        trial = one["row"]
        one["best"] = trial.scope == Scope.CHUNK and bool(sizes) and trial.size == min(sizes)
        one["chosen_for"] = [aim for aim, name in judged.get("chosen", {}).items() if name == trial.action]
        one["was_run"] = row.origin == Origin.RUN and trial.action == row.chosen
    regrets = [
        (aim, judged["chosen"][aim], words.share(relative(value)), duration(judged["decision_cpu_s"][aim]))
        for aim, value in judged.get("regret", {}).items()
    ]
    facts: list[tuple[str, Any]] = [
        ("Comes of", row.get_origin_display()),
        ("Kind", row.content_kind or "unknown"),
        ("Chunk", f"{exact_bytes(row.size)} from byte {count(row.offset)}"),
        ("SHA-256 of the chunk", row.content_sha256),
        ("SHA-256 of the file", row.source_sha256),
        ("State that served", f"State {row.state.number}" if row.state else "none"),
        ("Machine", f"takes {significant(row.machine_factor)} times as long as the reference machine"),
        ("Versions", f"features {row.features_version}, action set {row.action_set}"),
        ("CPU time to measure it", duration(row.cpu_seconds)),
    ]
    return {"outcome": row, "trials": trials, "regrets": regrets, "facts": facts}


def _trial(trial: OutcomeTrial) -> dict[str, Any]:
    content, told = trial.content_bytes, trial.predicted or {}
    came = {
        "ratio": content / trial.size if trial.size else None,
        "compress_mb_s": content / MB / (trial.encode_s + TICK_S) if trial.encode_s is not None else None,
        "decompress_mb_s": content / MB / (trial.decode_s + TICK_S) if trial.decode_s is not None else None,
    }
    return {
        "row": trial,
        "words": ACTIONS[trial.action].words if trial.action in ACTIONS else "",
        "quantities": [_beside(came[name], told.get(name)) for name in ledger.QUANTITIES],
    }


def _beside(came: float | None, told: list[float] | None) -> dict[str, Any]:
    """What came, beside what was predicted; `is_outside` where that was not within its interval of 90 %."""
    found: dict[str, Any] = {"came": significant(came), "told": "", "is_outside": False}
    if told:
        value, low, high = told
        found["told"] = f"{significant(value)} ({significant(low)} to {significant(high)})"
        found["is_outside"] = came is not None and not low <= came <= high
    return found
