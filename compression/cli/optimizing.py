"""`optimize`."""

import argparse
from pathlib import Path
from typing import Any

from compression.cli.comparing import as_files
from compression.cli.compressing import places
from compression.cli.places import Input, Refused, WrongUse, check_single, inputs, output, target_of
from compression.cli.report import Report, size
from compression.engine import isolation, portable
from compression.engine.codecs import codec_from
from compression.engine.codecs.dcz import OBJECTIVES
from compression.engine.errors import EngineError
from compression.engine.isolation import EncodeReport
from compression.engine.isolation import optimise as isolated
from compression.engine.isolation.optimise import Note, OptimiseReport

PLAIN = ({"id": "zstd"}, {"id": "bzip3"}, {"id": "lzma"}, {"id": "brotli"})


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "inputs", nargs="*", metavar="FILE", help="files and folders; - or none: standard input"
    )
    parser.add_argument(
        "--objective", choices=OBJECTIVES, default="ratio", help="what counts: the size (ratio)"
    )
    parser.add_argument(
        "--budget", type=float, default=10.0, metavar="SECONDS", help="search so long for each file (10)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="searches for each file (3)")
    parser.add_argument("--trials", type=int, help="trials of each search (as many as the time allows)")
    parser.add_argument("--seed", type=int, default=0, help="of the searches")
    parser.add_argument(
        "--keep", metavar="FILE", help="write what was found for a single file as an algorithm"
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="name what is tried, and say why it is best"
    )
    places(parser)


class Found:
    """What a search has found so far, and said about it."""

    def __init__(self, item: Input, options: argparse.Namespace, report: Report) -> None:
        self._item, self._options, self._report = item, options, report
        self.best: Note | None = None
        self.plain: Note | None = None

    def note(self, notes: list[Note]) -> None:
        """Take in what was tried since."""
        for note in notes:
            self.best = note if note.best else self.best
            self.plain = note if note.baseline else self.plain
            if self._options.verbose and note.kind != "trial":
                line = f"{note.elapsed_s:7.2f} s  {_ratio(note.content, note.size):6.3f} ×  {note.candidate}"
                self._report.done(line, _trial_facts(self._item, note))
            done = min(note.elapsed_s, self._options.budget)
            self._report.progress(
                f"{self._item.label}, {note.candidate}", round(done), round(self._options.budget), "seconds"
            )


def run(options: argparse.Namespace, report: Report) -> bool:
    """Optimise every file; say whether all went well."""
    if not options.budget > 0 or options.rounds < 1:
        raise WrongUse("the budget and the rounds have to be above 0")
    with as_files(inputs(options.inputs, report.skipped)) as items:
        check_single(options.output or options.keep, items)
        done = [_one(item, options, report) for item in items]
    return all(done)


def _one(item: Input, options: argparse.Namespace, report: Report) -> bool:
    report.begin()
    found = Found(item, options, report)
    try:
        target = target_of(item, f"{item.inside.name}.dcz", out=options.output, folder=options.into)
        with item.opened() as source:
            searched = isolated.optimise(source, _wishes(options), on_notes=lambda n: found.note(list(n)))
        with (
            item.opened() as source,
            output(target, force=options.force, like=source, binary=True) as sink,
        ):
            made = isolation.encode(_config(found, options), source, sink)
        _keep(item, found, options)
    except (Refused, EngineError) as error:
        report.error(f"{item.label}: {error}", {"input": item.label, "error": str(error)})
        return False
    if target is not None:
        report.done(_line(item, target, made, found), _facts(item, target, made, found, searched))
    if options.verbose and found.best is not None and found.best.best is not None:
        for reason in dict.fromkeys(found.best.best.reasons):
            report.done(f"    {reason}", {"input": item.label, "reason": reason})
    return True


def _wishes(options: argparse.Namespace) -> isolated.Wishes:
    return isolated.Wishes(
        objective=options.objective,
        budget_s=options.budget,
        rounds=options.rounds,
        max_trials=options.trials,
        seed=options.seed,
        plain=PLAIN,
    )


def _pipeline(found: Found) -> bytes:
    if found.best is None or found.best.best is None:
        raise EngineError("the search found nothing")
    return found.best.best.pipeline


def _config(found: Found, options: argparse.Namespace) -> dict[str, Any]:
    """The codec with what was found; content that was not looked at may be searched again."""
    pipeline = _pipeline(found)
    config = {"id": "dcz", "objective": options.objective, "adapt": True}
    return codec_from({**config, "pipeline": isolated.text_of(pipeline)}).config()


def _keep(item: Input, found: Found, options: argparse.Namespace) -> None:
    if options.keep:
        name = Path(options.keep).name.removesuffix(portable.EXTENSION)
        made = portable.Portable(
            name, _pipeline(found), options.objective, title=f"Found for {item.label}"[:100]
        )
        try:
            Path(options.keep).write_bytes(made.written())
        except OSError as error:
            raise Refused(f"{options.keep}: {error.strerror}") from None


def _ratio(original: int, packed: int) -> float:
    return original / packed if packed else 0.0


def _line(item: Input, target: Path, made: EncodeReport, found: Found) -> str:
    line = (
        f"{item.label}: {size(made.original_size)} → {size(made.compressed_size)}, "
        f"{_ratio(made.original_size, made.compressed_size):.3g} × smaller"
    )
    if found.plain is not None and found.best is not None:
        plain = _ratio(found.plain.content, found.plain.size)
        line += f" by {found.best.candidate} (best plain codec: {found.plain.candidate}, {plain:.3g} ×)"
    return f"{line}: {target}"


def _facts(
    item: Input, target: Path, made: EncodeReport, found: Found, searched: OptimiseReport
) -> dict[str, Any]:
    return {
        "input": item.label,
        "output": str(target),
        "algorithm": "dcz",
        "original_size": made.original_size,
        "compressed_size": made.compressed_size,
        "ratio": round(_ratio(made.original_size, made.compressed_size), 4),
        "best": _figures(found.best),
        "baseline": _figures(found.plain),
        "reasons": list(found.best.best.reasons) if found.best and found.best.best else [],
        "pipeline": isolated.text_of(_pipeline(found)),
        "trials": searched.trials,
        "search_seconds": round(searched.wall_seconds, 3),
        "ended_by": searched.ending,
        "checksum": made.raw_sha256,
        "verified": made.verified,
    }


def _figures(note: Note | None) -> dict[str, Any] | None:
    if note is None:
        return None
    return {
        "candidate": note.candidate,
        "content": note.content,
        "compressed_size": note.size,
        "ratio": round(_ratio(note.content, note.size), 4),
        "round": note.round,
    }


def _trial_facts(item: Input, note: Note) -> dict[str, Any]:
    return {"input": item.label, "trial": _figures(note), "elapsed_s": note.elapsed_s}
