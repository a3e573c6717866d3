"""The command line: all formats on all processors, and a table."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from benchmarks.figures import table
from compression.engine.isolation import calls, encode_bytes
from compression.engine.isolation.private import PrivateHost
from compression.engine.limits import MiB
from tests.compression.engine.fuzzing.campaign import Tally, campaign
from tests.compression.engine.fuzzing.leftovers import Leftovers
from tests.compression.engine.fuzzing.mutations import mutation
from tests.compression.engine.fuzzing.seeds import seeds

PART = 500
"""Mutations of one format that a process tries in one go."""
HOST_MODULES = ("compression.engine.loaded", "tests.compression.engine.hostile_host")


def main() -> int:
    """Fail where anything came about that must not."""
    options = _options()
    began = time.monotonic()
    if options.only is not None:
        _show(options)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        os.environ["TMPDIR"] = folder  # nothing may appear there
        tallies = _run(options)
        files = os.listdir(folder)
    print(table([_row(tally) for tally in tallies]))
    for line in _findings(tallies, options.seed):
        print(line)
    if files:
        print(f"Files were left behind: {files}")
    print(f"{sum(tally.mutations for tally in tallies)} mutations in {time.monotonic() - began:.0f} s")
    return 1 if files or any(tally.wrong for tally in tallies) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.compression.engine.fuzzing",
        description="Mutate valid streams and archives, and try them on every decoder.",
    )
    parser.add_argument("--count", type=int, default=10_000, help="mutations of each format")
    parser.add_argument("--dcz", type=int, metavar="COUNT", help="so many mutations of containers alone")
    parser.add_argument("--seed", type=int, default=1, help="another number gives other mutations")
    parser.add_argument("--format", action="append", choices=list(seeds()), help="one alone; may be repeated")
    parser.add_argument(
        "--only", type=int, help="the mutation of this number alone, with what is done to what"
    )
    parser.add_argument("--save", type=Path, help="with --only: a file for the mutated bytes")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    options = parser.parse_args()
    if options.dcz is not None:
        options.format, options.count = ["dcz"], options.dcz
    options.format = options.format or list(seeds())
    return options


def _show(options: argparse.Namespace) -> None:
    for form in options.format:
        one = mutation(form, options.seed, options.only)
        print(f"{one.seed.name}: {', '.join(one.done)}; {len(one.seed.data)} bytes made {len(one.data)}")
        if options.save:
            options.save.write_bytes(one.data)


def _run(options: argparse.Namespace) -> list[Tally]:
    numbers = range(options.count) if options.only is None else [options.only]
    tallies = {form: Tally(form) for form in options.format}
    with ProcessPoolExecutor(options.jobs, initializer=_begin) as pool:
        parts = [
            pool.submit(_part, form, options.seed, numbers[at : at + PART])
            for form in tallies
            for at in range(0, len(numbers), PART)
        ]
        for part in as_completed(parts):
            tallies[part.result().format].add(part.result())
    return list(tallies.values())


def _begin() -> None:
    """Start a codec host for this process, and wait until it works; it ends with the process."""
    os.environ.pop("CODEC_HOST", None)
    calls.private_host = calls.engine_host = PrivateHost(HOST_MODULES)
    encode_bytes({"id": "dcz"}, b"")


def _part(form: str, run: int, numbers: Sequence[int]) -> Tally:
    left = Leftovers(calls.private_host.process_id or 0)
    tally = campaign(form, run, numbers)
    tally.blame(numbers[-1], left.found())
    return tally


def _row(tally: Tally) -> dict[str, Any]:
    return {
        "format": tally.format,
        "mutations": tally.mutations,
        "errors": tally.error,
        "right bytes": tally.right,
        "other bytes": tally.other,
        "crashes contained": tally.crash,
        "wrong": len(tally.wrong),
        "longest ms": round(tally.longest * 1000),
        "peak MiB": round(tally.peak_memory / MiB),
        "s": round(tally.seconds),
    }


def _findings(tallies: Iterable[Tally], run: int) -> Iterator[str]:
    """What went wrong, and how to have it again."""
    for tally in tallies:
        again = f"--format {tally.format} --seed {run} --only"
        for number, wrong in sorted(tally.wrong.items()):
            yield f"WRONG {again} {number}: {'; '.join(wrong)}"
        for number, crash in sorted(tally.crashes.items()):
            yield f"contained {again} {number}: {crash}"


if __name__ == "__main__":
    sys.exit(main())
