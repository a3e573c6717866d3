"""`compress`."""

import argparse
import os
from pathlib import Path
from typing import Any

from compression.cli import settings
from compression.cli.places import PIPE, Input, Refused, check_single, inputs, output, target_of
from compression.cli.report import Report, size
from compression.engine import isolation
from compression.engine.codecs import Codec
from compression.engine.errors import EngineError
from compression.engine.isolation import EncodeReport


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "inputs", nargs="*", metavar="INPUT", help="files and folders; - or none: standard input"
    )
    algorithm(parser)
    places(parser)
    parser.add_argument(
        "--threads",
        type=int,
        default=os.cpu_count() or 1,
        help="encode so many frames of a large file at a time, where the format has frames (0: one stream)",
    )
    parser.add_argument("--no-verify", action="store_true", help="do not decode the output to compare it")


def algorithm(parser: argparse.ArgumentParser) -> None:
    """Declare how to choose an algorithm."""
    parser.add_argument("-a", "--algorithm", default="zstd", help="see `formats` (zstd)")
    parser.add_argument("-l", "--level", type=int, help="level of the algorithm")
    settings.params(parser)


def places(parser: argparse.ArgumentParser) -> None:
    """Declare where output goes."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("-o", "--output", help="the output of a single input; - is standard output")
    where.add_argument(
        "-c", "--stdout", action="store_const", const=PIPE, dest="output", help="write to standard output"
    )
    where.add_argument(
        "--into", metavar="FOLDER", help="put outputs there, with the folder structure of the inputs"
    )
    parser.add_argument(
        "-f", "--force", action="store_true", help="replace what is there; write to a terminal"
    )


def run(options: argparse.Namespace, report: Report) -> bool:
    """Compress every input; say whether all went well."""
    codec = settings.codec_of(options.algorithm, options.level, options.param)
    items = inputs(options.inputs, report.skipped)
    check_single(options.output, items)
    done = [_one(item, codec, options, report) for item in items]
    return all(done)


def _one(item: Input, codec: Codec, options: argparse.Namespace, report: Report) -> bool:
    report.begin()
    try:
        name = f"{item.inside.name}{codec.extension}"
        target = target_of(item, name, out=options.output, folder=options.into)
        with (
            item.opened() as source,
            output(target, force=options.force, like=source, binary=True) as sink,
        ):
            found = isolation.encode(
                codec,
                source,
                sink,
                verify=not options.no_verify,
                threads=options.threads,
                on_progress=lambda done, total: report.progress(item.label, done, total),
            )
    except (Refused, EngineError) as error:
        report.error(f"{item.label}: {error}", {"input": item.label, "error": str(error)})
        return False
    if target is not None:  # otherwise the bytes have standard output for themselves
        report.done(_line(item, target, found), _facts(item, target, codec, found))
    return True


def _ratio(found: EncodeReport) -> float:
    return found.original_size / found.compressed_size if found.compressed_size else 0.0


def _line(item: Input, target: Path, found: EncodeReport) -> str:
    sizes = f"{size(found.original_size)} → {size(found.compressed_size)}"
    if found.original_size:
        sizes += f", {_ratio(found):.3g} × smaller"
    return f"{item.label}: {sizes}, {'verified' if found.verified else 'not verified'}: {target}"


def _facts(item: Input, target: Path, codec: Codec, found: EncodeReport) -> dict[str, Any]:
    return {
        "input": item.label,
        "output": str(target),
        "algorithm": codec.id,
        "original_size": found.original_size,
        "compressed_size": found.compressed_size,
        "ratio": round(_ratio(found), 4),
        "compress_seconds": round(found.encode_wall_seconds, 6),
        "checksum": found.raw_sha256,
        "verified": found.verified,
    }
