"""`compare`."""

import argparse
import hashlib
import os
from collections.abc import Iterator
from typing import Any

from compression.cli.places import Refused, inputs
from compression.cli.report import Report, size
from compression.compare.measuring import Measuring, Rules, Sample, speed
from compression.compare.pareto import front
from compression.engine import codecs, isolation
from compression.engine.codecs import Codec
from compression.engine.isolation.client import memory_file


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("input", metavar="FILE", help="the file to measure on")
    parser.add_argument(
        "-a",
        "--algorithms",
        default="",
        help="names between commas, with a level behind a colon: zstd:19,xz (all, at their usual levels)",
    )
    parser.add_argument("--levels", action="store_true", help="every level of each")
    parser.add_argument(
        "-n", "--repetitions", type=int, help="so many of each (until the intervals are tight)"
    )
    parser.add_argument(
        "--budget", type=float, default=30.0, metavar="SECONDS", help="stop after this time (30)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the random order")


def candidates(options: argparse.Namespace) -> Iterator[Codec]:
    """Yield the codecs to measure."""
    for given in options.algorithms.split(",") if options.algorithms else sorted(codecs.all_codecs()):
        name, _, level = given.strip().partition(":")
        codec = codecs.get(name)
        levels = codec.levels()
        if level:
            yield codecs.codec_from(
                {"id": name, "level": int(level) if level.lstrip("-").isdecimal() else level}
            )
        elif options.levels and levels:
            yield from (
                codecs.codec_from({"id": name, "level": n}) for n in range(levels.minimum, levels.maximum + 1)
            )
        else:
            yield codec()


def run(options: argparse.Namespace, report: Report) -> bool:
    """Measure, and print the table, best ratio first."""
    item = next(inputs([options.input]), None)
    if item is None or item.path is None:
        report.error("compare needs one file")
        return False
    chosen = list(candidates(options))
    try:
        with item.opened() as source:
            original = os.fstat(source).st_size
            with open(source, "rb", closefd=False) as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            measuring = Measuring(
                len(chosen),
                lambda number: _sample(chosen[number], source, sha256),
                Rules(budget_s=options.budget, seed=options.seed, repetitions=options.repetitions),
                on_run=lambda number, done: report.progress(chosen[number].id, done, len(chosen)),
            )
            measuring.go()
    except Refused as error:
        report.error(str(error))
        return False
    rows = _rows(chosen, measuring, original)
    report.table(rows, _lines(rows))
    return not any(row["error"] for row in rows)


def _sample(codec: Codec, source: int, sha256: str) -> Sample:
    os.lseek(source, 0, os.SEEK_SET)
    with memory_file() as packed, open(os.devnull, "wb") as nowhere:
        made = isolation.encode(codec, source, packed.fileno(), raw_sha256=sha256)
        packed.seek(0)
        back = isolation.decode(codec, packed.fileno(), nowhere.fileno())
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
        row: dict[str, Any] = {"algorithm": codec.id, "level": getattr(codec, "level", None), "error": None}
        if track.error is not None or not track.samples:
            rows.append(row | {"error": str(track.error or "not run"), "ratio": None})
            continue
        packed = track.samples[0].size
        row |= {
            "compressed_size": packed,
            "ratio": original / packed if packed else None,
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


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"{'algorithm':<14}{'bytes':>14}{'ratio':>8}{'compress MB/s':>20}{'decompress MB/s':>20}{'memory':>10}  front"
    ]
    for row in rows:
        name = row["algorithm"] if row["level"] is None else f"{row['algorithm']} {row['level']}"
        if row["error"]:
            lines.append(f"{name:<14}{row['error']}")
            continue
        lines.append(
            f"{name:<14}{row['compressed_size']:>14,}{row['ratio'] or 0:>8.3f}{_figure(row['compress_mb_s']):>20}"
            f"{_figure(row['decompress_mb_s']):>20}{size(row['peak_memory_bytes']):>10}"
            f"  {'*' if row.get('pareto') else ''}"
        )
    return lines


def _figure(estimate: dict[str, Any] | None) -> str:
    if estimate is None:
        return "–"
    if estimate["low"] is None or estimate["high"] is None:
        return f"{estimate['value']:.1f}"
    return f"{estimate['value']:.1f} ({estimate['low']:.1f}–{estimate['high']:.1f})"
