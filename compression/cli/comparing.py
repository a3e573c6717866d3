"""`compare`."""

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compression.cli import settings
from compression.cli.places import Input, Refused, inputs
from compression.cli.report import Report, size
from compression.compare.measuring import Measuring, Rules, Sample, speed
from compression.compare.pareto import front
from compression.engine import codecs, isolation
from compression.engine.codecs import Codec
from compression.engine.isolation.client import memory_file
from compression.engine.limits import NO_RATIO, Limits


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help="files and folders, each file compressed by itself; - or none: standard input",
    )
    parser.add_argument(
        "-a",
        "--algorithms",
        action="append",
        default=[],
        help="names between commas, level and parameters behind colons: zstd:19,xz,zstd:9:long=true; "
        "can be repeated (all, at their usual levels)",
    )
    parser.add_argument("--levels", action="store_true", help="every level of those that name none")
    parser.add_argument(
        "-n", "--repetitions", type=int, help="so many of each (until the intervals are tight)"
    )
    parser.add_argument(
        "--budget", type=float, default=30.0, metavar="SECONDS", help="stop after this time (30)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the random order")


def candidates(options: argparse.Namespace) -> Iterator[Codec]:
    """Yield the codecs to measure."""
    named = [word for words in options.algorithms for word in words.split(",")]
    for word in named or sorted(codecs.all_codecs()):
        levels = codecs.get(word.strip()).levels() if options.levels and ":" not in word else None
        if levels:
            for level in range(levels.minimum, levels.maximum + 1):
                yield settings.codec_of(word.strip(), level, [])
        else:
            yield settings.codec_of_word(word)


@dataclass(frozen=True)
class Content:
    """A file to measure on."""

    item: Input
    size: int
    sha256: str


def run(options: argparse.Namespace, report: Report) -> bool:
    """Measure, and print the table, best ratio first."""
    chosen = list(candidates(options))
    with as_files(inputs(options.inputs, report.skipped)) as items:
        try:
            contents = [_content(item) for item in items]
        except Refused as error:
            report.error(str(error))
            return False
        if not contents:
            report.error("there is no file to measure on")
            return False
        measuring = Measuring(
            len(chosen),
            lambda number: _sample(chosen[number], contents),
            Rules(budget_s=options.budget, seed=options.seed, repetitions=options.repetitions),
            on_run=lambda number, done: report.progress(chosen[number].id, done, len(chosen), "candidates"),
        )
        measuring.go()
    original = sum(content.size for content in contents)
    rows = _rows(chosen, measuring, original)
    several = f"{len(contents)} files, {size(original)}" if len(contents) > 1 else ""
    report.table(rows, [*filter(None, [several]), *_lines(rows)])
    return not any(row["error"] for row in rows)


@contextmanager
def as_files(items: Sequence[Input]) -> Iterator[list[Input]]:
    """Yield the same as files, which can be read again and again."""
    with tempfile.TemporaryDirectory(prefix="dynacomp-") as folder:
        yield [item if item.path else _spooled(item, Path(folder)) for item in items]


def _spooled(item: Input, folder: Path) -> Input:
    path = folder / item.inside
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return Input(path, item.inside)


def _content(item: Input) -> Content:
    try:
        with item.opened() as source, open(source, "rb", closefd=False) as file:
            return Content(item, os.fstat(source).st_size, hashlib.file_digest(file, "sha256").hexdigest())
    except Refused as error:
        raise Refused(f"{item.label}: {error}") from None


def _sample(codec: Codec, contents: Sequence[Content]) -> Sample:
    """One run over all files: their sizes and times together, the highest peak of memory."""
    runs = [_sample_of(codec, content) for content in contents]
    sums = [sum(values) for values in zip(*runs, strict=True)]
    return Sample._make([*sums[:-1], max(run.peak_memory for run in runs)])


def _sample_of(codec: Codec, content: Content) -> Sample:
    with content.item.opened() as source, memory_file() as packed, open(os.devnull, "wb") as nowhere:
        made = isolation.encode(codec, source, packed.fileno(), raw_sha256=content.sha256)
        packed.seek(0)
        back = isolation.decode(codec, packed.fileno(), nowhere.fileno(), Limits(max_ratio=NO_RATIO))
    return Sample(
        made.compressed_size,
        made.encode_wall_seconds,
        made.encode_cpu_seconds,
        back.decode_wall_seconds,
        back.decode_cpu_seconds,
        max(made.peak_memory_bytes, back.peak_memory_bytes),
    )


def _rows(chosen: list[Codec], measuring: Measuring, original: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for codec, track in zip(chosen, measuring.tracks, strict=True):
        row: dict[str, Any] = {
            "algorithm": codec.id,
            "level": getattr(codec, "level", None),
            "params": _params(codec),
            "original_size": original,
            "error": None,
        }
        if track.error is not None or not track.samples:
            rows.append(row | {"error": str(track.error or "not run"), "ratio": None})
            continue
        packed = track.samples[0].size
        row |= {
            "compressed_size": packed,
            "ratio": original / packed if original and packed else None,
            "runs": len(track.samples),
        }
        for name in ("compress", "decompress"):
            found = speed(original, track.of(f"{name}_s"))
            row[f"{name}_mb_s"] = found._asdict() if found else None
        row["peak_memory_bytes"] = max(sample.peak_memory for sample in track.samples)
        rows.append(row)
    good = [row for row in rows if row["ratio"] and row["compress_mb_s"] and row["decompress_mb_s"]]
    points = [(r["ratio"], r["compress_mb_s"]["value"], r["decompress_mb_s"]["value"]) for r in good]
    for row, on_front in zip(good, front(points), strict=True):
        row["pareto"] = on_front
    return sorted(rows, key=lambda row: -(row["ratio"] or 0))


def _params(codec: Codec) -> dict[str, Any]:
    """What differs from the codec's defaults, but the level."""
    declared = codec.schema()["properties"]
    settings_ = codec.config().items()
    return {
        key: value
        for key, value in settings_
        if key not in ("id", "level") and value != declared[key]["default"]
    }


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    names = [_name(row) for row in rows]
    wide = max(14, *(len(name) + 1 for name in names))
    lines = [
        f"{'algorithm':<{wide}}{'bytes':>14}{'ratio':>8}{'compress MB/s':>20}{'decompress MB/s':>20}"
        f"{'memory':>10}  front"
    ]
    for name, row in zip(names, rows, strict=True):
        if row["error"]:
            lines.append(f"{name:<{wide}}{row['error']}")
            continue
        lines.append(
            f"{name:<{wide}}{row['compressed_size']:>14,}{_ratio(row):>8}"
            f"{_figure(row['compress_mb_s']):>20}{_figure(row['decompress_mb_s']):>20}"
            f"{size(row['peak_memory_bytes']):>10}  {'*' if row.get('pareto') else ''}"
        )
    return lines


def _name(row: dict[str, Any]) -> str:
    """The candidate in words: zstd 9 long=True; of a long value its beginning."""
    level = [] if row["level"] is None else [str(row["level"])]
    params = [f"{key}={str(value)[:16]}" for key, value in row["params"].items()]
    return " ".join([row["algorithm"], *level, *params])


def _ratio(row: dict[str, Any]) -> str:
    """How many times smaller; of nothing there is no such number."""
    return f"{row['ratio']:.3f}" if row["ratio"] else "–"


def _figure(estimate: dict[str, Any] | None) -> str:
    if estimate is None:
        return "–"
    if estimate["low"] is None or estimate["high"] is None:
        return f"{estimate['value']:.1f}"
    return f"{estimate['value']:.1f} ({estimate['low']:.1f}–{estimate['high']:.1f})"
