"""What the results on a file come to: the best of the peers, the oracle, regret and saving; and all files together."""

import statistics
from collections.abc import Iterable
from typing import Any

from benchmarks.engine.measuring import OPENZL
from benchmarks.engine.plain import STRONG
from benchmarks.engine.results import MB, WRONG, speed
from compression.engine.searching import Aim, Objective
from compression.engine.searching.objective import Cost

Row = dict[str, Any]

ENGINE = "engine"
SMALL = 4096
"""Below so many bytes the time is that of the call: such files are judged by size, whatever the objective."""
CONTAINER = 96
"""Bytes that the engine may be larger than the best plain codec before it is a defect."""
STRUCTURED = frozenset({"numeric", "records", "csv", "tsv", "table"})
"""Words of the kinds that have records, numbers or columns."""
TOLERANCE = 0.02
"""And the share that it may be worse by under the balanced objective, where times are measured."""
SLACK = 1.25
"""What is slower than asked for by less than this still counts as fast enough."""


def errors(row: Row) -> list[str]:
    """What went wrong on a file; a graph of OpenZL may refuse it."""
    found = [(peer, result) for peer, result in row["peers"].items() if peer != OPENZL]
    found += [
        (f"OpenZL {graph['graph']}", graph) for graph in _graphs(row) if graph["error"].startswith(WRONG)
    ]
    found.append((ENGINE, row["engine"]))
    return [f"{row['name']}: {peer}: {result['error']}" for peer, result in found if result["error"]]


def judge(row: Row, objective: str) -> None:
    """Add to a file's results: the best plain codec, of OpenZL, of all (the oracle), regret, saving, lateness, defect.

    The best is what has the best score of the objective; savings and regrets are in bytes, under the balanced objective
    in seconds. A saving can so be there for an engine that is too slow: then `late` is above 1.
    """
    aim = Aim(Objective(objective if row["bytes"] >= SMALL else "ratio"))
    costs = {name: _cost(result) for name, result in _contenders(row).items() if not result["error"]}
    scores = {name: aim.score(cost, row["bytes"]) for name, cost in costs.items()}
    plain = {name: score for name, score in scores.items() if name in row["peers"]}
    graphs = {name: score for name, score in scores.items() if name not in plain and name != ENGINE}
    row["best_plain"], row["best_openzl"], row["oracle"] = _least(plain), _least(graphs), _least(scores)
    balanced = aim.objective is Objective.BALANCED
    values = scores if balanced else {name: cost.size for name, cost in costs.items()}
    regret = _share(values.get(ENGINE), values.get(row["oracle"] or ""))
    row["regret"] = None if regret is None else max(regret, 0.0)
    saved = _share(values.get(ENGINE), values.get(row["best_plain"] or ""))
    row["saving"] = None if saved is None else -saved
    row["late"] = aim.lateness(costs[ENGINE], row["bytes"]) if ENGINE in costs else None
    row["defect"] = _is_defect(row, balanced=balanced)


def _cost(result: Row) -> Cost:
    """What was measured, with the slack that measuring needs: who keeps to a speed should not fall to the noise."""
    return Cost(result["size"], result["encode_s"] / SLACK, result["decode_s"] / SLACK)


def _is_defect(row: Row, *, balanced: bool) -> bool:
    """Whether the engine is wrong, too slow, or worse than the best plain codec."""
    if row["engine"]["error"] or row["late"] > 1:
        return True
    if balanced:
        return row["saving"] is not None and row["saving"] < -TOLERANCE
    best = size_of(row, row["best_plain"])
    return best is not None and row["engine"]["size"] > best + CONTAINER


def _graphs(row: Row) -> list[Row]:
    graphs: list[Row] = row["peers"].get(OPENZL, {}).get("graphs", [])
    return graphs


def _contenders(row: Row) -> dict[str, Row]:
    """Every result by a name of its own."""
    plain = {peer: result for peer, result in row["peers"].items() if peer != OPENZL}
    graphs = {f"{OPENZL} {graph['graph']}": graph for graph in _graphs(row)}
    return {**plain, **graphs, ENGINE: row["engine"]}


def result_of(row: Row, name: str | None) -> Row | None:
    """The result by the name that `judge` gave; None where there is none."""
    return _contenders(row).get(name or "")


def size_of(row: Row, name: str | None) -> int | None:
    """Its bytes."""
    result = result_of(row, name)
    return result["size"] if result else None


def _least(scores: dict[str, float]) -> str | None:
    return min(scores, key=lambda name: scores[name], default=None)


def _share(value: float | None, reference: float | None) -> float | None:
    return value / reference - 1 if value is not None and reference else None


def search_per_mb(row: Row) -> float:
    """CPU seconds of search for each MB of the file."""
    return float(row["engine"].get("search_s", 0.0)) / (max(row["bytes"], 1) / MB)


def speeds(row: Row, result: Row) -> tuple[float, float]:
    """MB/s of a result, there and back."""
    return speed(row["bytes"], result["encode_s"]), speed(row["bytes"], result["decode_s"])


def structured(row: Row) -> bool:
    """Whether a file's kind is one of records, numbers or columns."""
    return not STRUCTURED.isdisjoint(row["kind"].split("-"))


def strong_saving(row: Row) -> float | None:
    """What the engine saves against the best of the five strong codecs, in bytes."""
    sizes = [
        row["peers"][peer]["size"]
        for peer in STRONG
        if peer in row["peers"] and not row["peers"][peer]["error"]
    ]
    saved = _share(row["engine"]["size"], min(sizes, default=0))
    return -saved if saved is not None and not row["engine"]["error"] else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def totals(rows: list[Row]) -> dict[str, Any]:
    """All files together."""
    filled = [row for row in rows if row["bytes"]]
    large = [row for row in rows if row["bytes"] >= SMALL]
    return {
        "files": len(rows),
        "bytes": sum(row["bytes"] for row in rows),
        "best_plain": sum(size_of(row, row["best_plain"]) or row["bytes"] for row in rows),
        "best_openzl": sum(size_of(row, row["best_openzl"]) or row["bytes"] for row in rows),
        "engine": sum(size_of(row, ENGINE) or row["bytes"] for row in rows),
        "oracle": sum(size_of(row, row["oracle"]) or row["bytes"] for row in rows),
        "mean_saving": _mean(row["saving"] for row in filled),
        "mean_strong_saving": _mean(strong_saving(row) for row in filled),
        "mean_strong_saving_large": _mean(strong_saving(row) for row in large),
        "mean_regret": _mean(row["regret"] for row in large),
        "median_regret": _median(row["regret"] for row in large),
        "median_structured_saving": _median(row["saving"] for row in large if structured(row)),
        "search_s": sum(row["engine"].get("search_s", 0.0) for row in rows),
        "search_s_per_mb": _median(search_per_mb(row) for row in large),
        "losses": [row["name"] for row in rows if row["saving"] is not None and row["saving"] < 0],
        "defects": [row["name"] for row in rows if row["defect"]],
        "peers": {peer: _peer(rows, peer) for peer in _names(rows)},
    }


def _names(rows: list[Row]) -> list[str]:
    names = dict.fromkeys(peer for row in rows for peer in row["peers"])
    return [*names, ENGINE]


def _peer(rows: list[Row], peer: str) -> dict[str, float]:
    """A peer on all files that it did: the geometric mean of its ratios, and the speeds over all bytes."""
    pairs = [(row, result_of(row, row["best_openzl"] if peer == OPENZL else peer)) for row in rows]
    done = [
        (row, result) for row, result in pairs if result and not result["error"] and row["bytes"] >= SMALL
    ]
    size = sum(row["bytes"] for row, _ in done)
    ratios = [row["bytes"] / result["size"] for row, result in done]
    return {
        "files": len(done),
        "ratio": statistics.geometric_mean(ratios) if ratios else 0.0,
        "encode_mb_s": speed(size, sum(result["encode_s"] for _, result in done)),
        "decode_mb_s": speed(size, sum(result["decode_s"] for _, result in done)),
    }


def by_kind(rows: list[Row]) -> list[dict[str, Any]]:
    """The medians of each kind."""
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        if row["bytes"]:
            kinds.setdefault(row["kind"], []).append(row)
    return [
        {
            "kind": kind,
            "files": len(group),
            "saving": _median(row["saving"] for row in group),
            "regret": _median(row["regret"] for row in group),
            "search_s_per_mb": _median(search_per_mb(row) for row in group),
            "encode_mb_s": _median(speeds(row, row["engine"])[0] for row in group),
            "decode_mb_s": _median(speeds(row, row["engine"])[1] for row in group),
        }
        for kind, group in sorted(kinds.items())
    ]
