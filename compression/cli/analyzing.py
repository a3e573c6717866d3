"""`analyze`."""

import argparse
from typing import Any

from compression.analyses.words import summary
from compression.cli.comparing import as_files
from compression.cli.places import Input, Refused, inputs
from compression.cli.report import Report, size
from compression.engine.analysed import Analysis, Part
from compression.engine.errors import EngineError
from compression.engine.isolation.analyse import analyse

PARTS, CELL = 24, 24
"""Fields or columns that are printed, and the letters of one cell."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "inputs", nargs="*", metavar="FILE", help="files and folders; - or none: standard input"
    )
    parser.add_argument(
        "--budget", type=float, default=2.0, metavar="SECONDS", help="CPU time to look for structure (2)"
    )


def run(options: argparse.Namespace, report: Report) -> bool:
    """Look at every file, and print what it is made of; say whether all went well."""
    named = inputs(options.inputs, report.skipped)
    with as_files(named) as items:
        done = [_one(one.label, item, options.budget, report) for one, item in zip(named, items, strict=True)]
    return all(done)


def _one(label: str, item: Input, budget: float, report: Report) -> bool:
    try:
        with item.opened() as source:
            found = analyse(source, budget_cpu_s=budget)
    except (Refused, EngineError) as error:
        report.error(f"{label}: {error}", {"input": label, "error": str(error)})
        return False
    facts: dict[str, Any] = {"input": label, "summary": summary(found), **found.config()}
    report.table([facts], _lines(label, found))
    return True


def _lines(label: str, found: Analysis) -> list[str]:
    bits = found.features["entropy_0"]
    lines = [f"{label}: {summary(found)}", f"  {size(found.size)}, {bits:.2f} bits a byte"]
    lines += [f"  {1 - one.relative_size:6.1%} smaller: {one.reason}" for one in found.findings]
    if found.parts:
        lines.append(_line("", "name", "kind", "bytes", "share", "distinct", "from", "to"))
    lines += [_part(number, part) for number, part in enumerate(found.parts[:PARTS], 1)]
    left = found.parts_total - PARTS
    return [*lines, f"  and {left} more; --json has them"] if left > 0 else lines


def _part(number: int, part: Part) -> str:
    distinct = str(part.distinct) if part.distinct else "–"
    return _line(
        str(number), part.label, part.kind, str(part.size), f"{part.share:.1%}", distinct, part.low, part.high
    )


def _line(number: str, *cells: str) -> str:
    label, kind, count, share, distinct, low, high = (cell[:CELL] for cell in cells)
    line = f"  {number:>4} {label:<{CELL}} {kind:<8}{count:>10}{share:>8}{distinct:>10}  {low:<{CELL}} {high}"
    return line.rstrip()
