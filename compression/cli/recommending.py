"""`recommend`."""

import argparse
from collections.abc import Mapping
from typing import Any

from compression.cli.comparing import as_files
from compression.cli.places import Input, Refused, WrongUse, inputs
from compression.cli.report import Report, size
from compression.engine.codecs.dcz import OBJECTIVES
from compression.engine.errors import EngineError
from compression.engine.isolation.recommend import BUDGET_MOST_S, recommend
from compression.engine.learning import shipped
from compression.engine.learning.calibration import machine
from compression.engine.learning.deciding import BUDGET_S
from compression.engine.learning.predicting import Interval
from compression.engine.learning.reasons import amount, figure
from compression.engine.learning.recommended import Entry, Recommendation

LIMIT = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "inputs", nargs="*", metavar="FILE", help="files and folders; - or none: standard input"
    )
    parser.add_argument(
        "--objective", choices=OBJECTIVES, default="ratio", help="what counts: the size (ratio)"
    )
    parser.add_argument(
        "--budget",
        type=float,
        default=BUDGET_S,
        metavar="SECONDS",
        help=f"CPU time to decide in, trials on a sample among it ({BUDGET_S}); 0: nothing is tried",
    )
    parser.add_argument("--limit", type=int, default=LIMIT, help=f"how many ({LIMIT})")
    parser.add_argument("--min-compress", type=float, default=0, metavar="MB/S", help="on one core")
    parser.add_argument("--min-decompress", type=float, default=0, metavar="MB/S", help="on one core")
    parser.add_argument("--max-memory", type=int, default=0, metavar="BYTES", help="it may take")


def run(options: argparse.Namespace, report: Report) -> bool:
    """Say for every file what to compress it with; say whether all went well."""
    constraints = _constraints(options)
    if not 0 <= options.budget <= BUDGET_MOST_S or options.limit < 1:
        raise WrongUse(f"the budget is from 0 to {BUDGET_MOST_S:g} seconds, and the limit above 0")
    named = inputs(options.inputs, report.skipped)
    with as_files(named) as items:
        done = [
            _one(one.label, item, options, constraints, report)
            for one, item in zip(named, items, strict=True)
        ]
    return all(done)


def _constraints(options: argparse.Namespace) -> dict[str, Any]:
    found = {
        "min_compress_mb_s": options.min_compress,
        "min_decompress_mb_s": options.min_decompress,
        "max_memory_bytes": options.max_memory,
    }
    if any(not 0 <= value < float("inf") for value in found.values()):
        raise WrongUse("constraints are not below 0")
    return {name: value for name, value in found.items() if value}


def _one(
    label: str,
    item: Input,
    options: argparse.Namespace,
    constraints: Mapping[str, Any],
    report: Report,
) -> bool:
    try:
        with item.opened() as source:
            found = recommend(
                source,
                shipped.prior(),
                options.objective,
                constraints=constraints,
                budget_cpu_s=options.budget or None,
                machine=machine(),
            )
    except (Refused, EngineError) as error:
        report.error(f"{label}: {error}", {"input": label, "error": str(error)})
        return False
    top = found.top(options.limit)
    report.table([_facts(label, found, top)], _lines(label, found, top))
    return True


def _facts(label: str, found: Recommendation, top: list[tuple[int, Entry]]) -> dict[str, Any]:
    ranks = [rank for rank, _ in top]
    told = found.config()
    entries = told.pop("entries")
    told["recommendations"] = [
        {"rank": rank, "search": found.entries[rank - 1].search, **entries[rank - 1]} for rank in ranks
    ]
    return {"input": label, **told}


def _lines(label: str, found: Recommendation, top: list[tuple[int, Entry]]) -> list[str]:
    lines = [f"{label}: {found.incompressible or found.content}", f"  {size(found.size)}"]
    for rank, one in top:
        told = one.predicted
        lines.append(
            f"  {rank:>2} {_called(one):<18} {_ends(told['ratio'], '×')}, compresses at "
            f"{figure(told['compress_mb_s'].value)} MB/s, decompresses at "
            f"{figure(told['decompress_mb_s'].value)} MB/s, {amount(told['memory_bytes'].value)} of memory"
        )
        lines += [f"     {reason}" for reason in one.reasons]
    return lines


def _called(one: Entry) -> str:
    if one.search:
        return "dcz, searched"
    if one.algorithm == "dcz":
        return f"dcz, {one.action}"
    return one.algorithm if one.level is None else f"{one.algorithm} level {one.level}"


def _ends(told: Interval, unit: str) -> str:
    if told.low == told.high:
        return f"{figure(told.value)}{unit}"
    return f"{figure(told.value)}{unit} ({figure(told.low)} to {figure(told.high)})"
