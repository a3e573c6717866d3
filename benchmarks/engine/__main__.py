"""The engine beside every plain codec and OpenZL, on each file of a folder: sizes, CPU times, regret.

    python -m benchmarks.engine --corpus DIR [--objective ratio|balanced|speed|decode] [--budget 1.0] [--json OUT]

The budget is the CPU seconds that the search may take for each MB of a file. Every result is decoded and compared by
SHA-256; a wrong byte or an error fails the run.
"""

import argparse
import fnmatch
import json
import math
import sys
from pathlib import Path
from typing import Any

from benchmarks.engine import judging, openzl_peer, picture, printing, references
from benchmarks.engine.cache import Cache
from benchmarks.engine.measuring import OPENZL, Plan, every_peer, kinds_of, measured

BESIDE = frozenset({"MANIFEST.csv", "README.md"})
"""Files of a corpus that are about it."""


def files_of(folder: Path, globs: list[str]) -> list[Path]:
    """The files to measure, of those that are asked for."""
    found = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name not in BESIDE]
    return [path for path in found if any(fnmatch.fnmatch(path.name, glob) for glob in globs)]


def report_of(rows: list[dict[str, Any]], plan: Plan) -> dict[str, Any]:
    """Everything as JSON data: failures first, then losses."""
    for row in rows:
        judging.judge(row, plan.objective)
    rows.sort(key=lambda row: (row["saving"] if row["saving"] is not None else -math.inf, row["name"]))
    return {
        "settings": {
            "objective": plan.objective,
            "budget": plan.budget,
            "peers": list(plan.peers),
            "openzl": openzl_peer.version(),
            "cached": any(row["cached"] for row in rows),
        },
        "files": rows,
        "totals": judging.totals(rows),
        "kinds": judging.by_kind(rows),
        "references": references.compared(rows),
        "errors": [error for row in rows for error in judging.errors(row)],
    }


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.engine",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--corpus", type=Path, required=True, help="the folder")
    parser.add_argument("--objective", choices=("ratio", "balanced", "speed", "decode"), default="ratio")
    parser.add_argument("--budget", type=float, default=1.0, help="CPU seconds of search for each MB")
    parser.add_argument("--files", nargs="+", default=["*"], metavar="GLOB", help="only files of such names")
    parser.add_argument("--peers", nargs="+", choices=every_peer(), default=every_peer(), metavar="PEER",
                        help=f"only these: {', '.join(every_peer())}")  # fmt: skip
    parser.add_argument("--cache", type=Path, help="keep the results of peers here, by the content's hash")
    parser.add_argument("--jobs", type=int, default=1, help="processes; times are steadiest with one")
    parser.add_argument("--json", type=Path, help="write everything here")
    parser.add_argument("--picture", type=Path, help="draw it as SVG here")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Measure, print, write down; 1 where anything went wrong."""
    options = arguments(argv)
    paths = files_of(options.corpus, options.files)
    if not paths:
        print(f"No file of {options.corpus} is asked for", file=sys.stderr)
        return 2
    if OPENZL not in every_peer():
        print("OpenZL is not installed: it is left out", file=sys.stderr)
    plan = Plan(options.objective, options.budget, tuple(options.peers))
    rows = []
    for row in measured(paths, kinds_of(options.corpus), plan, Cache(options.cache), options.jobs):
        rows.append(row)
        print(f"{len(rows)}/{len(paths)} {row['name']}", file=sys.stderr, flush=True)
    report = report_of(rows, plan)
    printing.show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    if options.picture:
        options.picture.write_text(picture.drawn(report))
    return 1 if report["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
