"""`learn`: does learning help? Outcomes of a folder, states along a curve, judged on content that they never saw."""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from compression.cli.report import Report
from compression.engine.learning import curve as curves
from compression.engine.learning import shipped
from compression.engine.learning.curve import Point, Split
from compression.engine.learning.evaluating import WEIGHTS, Judged
from compression.engine.learning.gathering import gathered
from compression.engine.learning.outcomes import Outcome
from compression.engine.learning.state import State
from compression.engine.learning.training import assembled

COUNTS = "0,10,30,100,300"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--corpus", type=Path, required=True, metavar="DIR", help="a folder with content to learn from"
    )
    parser.add_argument(
        "--holdout",
        type=Path,
        metavar="DIR",
        help="content to be judged on; without it, kinds are left out in turn",
    )
    parser.add_argument(
        "--outcomes",
        type=_counts,
        default=_counts(COUNTS),
        metavar="N,…",
        help=f"numbers of outcomes ({COUNTS})",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="for all that is drawn by chance (0)"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FILE",
        help="keep outcomes here as JSON lines, and use those that are there",
    )
    parser.add_argument(
        "--onward", action="store_true", help="say as well what is gained on top of the state that is shipped"
    )
    parser.add_argument(
        "--json",
        nargs="?",
        type=Path,
        const=True,
        default=False,
        metavar="OUT",
        help="write the report as JSON to a file, or, without one, to standard output",
    )


def _counts(text: str) -> list[int]:
    counts = sorted({int(part) for part in text.split(",")})
    if counts[0] < 0 or len(counts) < 2:
        raise argparse.ArgumentTypeError("two numbers at least, none below 0")
    return counts


def run(options: argparse.Namespace, report: Report) -> bool:
    """Measure, train, judge, print; say whether there was content enough."""
    for folder in filter(None, (options.corpus, options.holdout)):
        if not folder.is_dir():
            report.error(f"{folder}: no folder", {"folder": str(folder), "error": "no folder"})
            return False
    wanted = max(options.outcomes)
    if options.holdout is None:  # each part is judged once and learned from in all other turns
        wanted = -(-wanted * curves.FOLDS // (curves.FOLDS - 1))
    outcomes = gathered(options.corpus, wanted, options.keep, _teller(report, options.corpus))
    splits = _splits(options, outcomes, report)
    if len(outcomes) < 2 or not all(split.judged for split in splits):
        message = "There is too little content to learn from and to be judged on."
        report.error(message, {"error": message})
        return False
    found = learned(outcomes, splits, options.outcomes, options.seed)
    if options.onward:
        found["from_shipped"] = _onward(splits, options.outcomes, options.seed)
    if isinstance(options.json, Path):
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    report.table([found], _lines(found))
    return True


def _teller(report: Report, folder: Path) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        report.progress(str(folder), done, total, "outcomes")

    return tell


def _splits(options: argparse.Namespace, outcomes: Sequence[Outcome], report: Report) -> list[Split]:
    if options.holdout is None:
        return curves.by_kind(outcomes, options.seed)
    judged = gathered(options.holdout, 1, options.keep, _teller(report, options.holdout))
    return [curves.held_out(outcomes, judged)]


def learned(
    outcomes: Sequence[Outcome], splits: Sequence[Split], counts: Sequence[int], seed: int
) -> dict[str, Any]:
    """The report: improvement and control at the top, then the curve, what intervals covered, and each decision."""
    main = _curve(splits, counts, shipped.static(), (), seed)
    control = _curve([_shuffled(split, seed) for split in splits], counts, shipped.static(), (), seed)
    return {
        "improvement": curves.rate(main, seed).config(),
        "control": curves.rate(control, seed).config(),
        "curve": curves.report(main, list(WEIGHTS), seed),
        "coverage": curves.covered(main[-1], splits),
        "weights": dict(WEIGHTS),
        "seed": seed,
        "outcomes": len(outcomes),
        "kinds": len({outcome.kind for outcome in outcomes}),
        "judged": sum(len(split.judged) for split in splits),
        "held_out": len(splits) == 1,
        "states": [[state.name for state in point.states] for point in main],
        "decisions": [_decision(point, one) for point in main for one in point.judged],
    }


def _onward(splits: Sequence[Split], counts: Sequence[int], seed: int) -> dict[str, Any]:
    """The same, where the first state is the one that is shipped, and the others learn from its outcomes too."""
    judged = {name for split in splits for one in split.judged for name in (one.content, one.group)}
    before, _ = assembled(shipped.experience(), judged)
    found = _curve(splits, counts, shipped.prior(), before, seed)
    return {
        "improvement": curves.rate(found, seed).config(),
        "curve": curves.report(found, list(WEIGHTS), seed),
        "coverage": curves.covered(found[0], splits),
    }


def _curve(
    splits: Sequence[Split], counts: Sequence[int], start: State, before: Sequence[Outcome], seed: int
) -> list[Point]:
    return list(curves.points(splits, counts, start, shipped.static(), before=before, seed=seed))


def _shuffled(split: Split, seed: int) -> Split:
    return Split(curves.shuffled(split.learned, seed), split.judged)


def _decision(point: Point, one: Judged) -> dict[str, Any]:
    return {
        "outcomes": point.outcomes,
        "content": one.content,
        "group": one.group,
        "kind": one.kind,
        "chosen": dict(one.chosen),
        "decision_cpu_s": dict(one.decision_cpu_s),
        "charged": one.charged,
    }


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [
        f"{found['outcomes']} outcomes of {found['kinds']} kinds; {found['judged']} judged by states that had not seen "
        + ("them" if found["held_out"] else "their kind"),
        "outcomes  objective  policy     regret       95 %            decision",
    ]
    lines += [
        f"{row['outcomes']:8}  {row['objective']:9}  {row['policy']:8} {row['regret']:8.2%}"
        f"  {row['low']:7.2%} – {row['high']:7.2%}  {row['decision_cpu_ms']:6.1f} ms"
        for row in found["curve"]
    ]
    for name, words in (("improvement", "Improvement rate"), ("control", "Control (shuffled)")):
        rate = found[name]
        lines.append(
            f"{words}: {rate['rate']:.5f} [{rate['low']:.5f}, {rate['high']:.5f}] a doubling of outcomes"
        )
    if "from_shipped" in found:
        onward = found["from_shipped"]["improvement"]
        figures = f"{onward['rate']:.5f} [{onward['low']:.5f}, {onward['high']:.5f}]"
        lines.append(f"Going on from the shipped state: {figures}")
    covered = ", ".join(f"{name} {share:.1%}" for name, share in found["coverage"].items())
    return [*lines, f"Within their 90 % intervals: {covered}"]
