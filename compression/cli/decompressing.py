"""`decompress`."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compression.cli import settings, unpacking
from compression.cli.compressing import places
from compression.cli.places import Input, Refused, check_single, inputs, is_file, output, peeked, target_of
from compression.cli.report import Report, size
from compression.engine import codecs, formats, isolation
from compression.engine.codecs import Codec
from compression.engine.errors import EngineError, LimitExceeded
from compression.engine.limits import NO_RATIO, Limits

ARCHIVES = frozenset({"zip", "tar", "7z"})
NEED_FILES = frozenset({"zip", "7z"})
UNKNOWN = "in no format that is known; name it with -a"
MAX_RATIO = 1000
"""As on the platform."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "inputs", nargs="*", metavar="INPUT", help="files and folders; - or none: standard input"
    )
    parser.add_argument("-a", "--algorithm", help="the format, where the bytes do not show it")
    settings.params(parser, words="what decoding needs, such as dictionary=@FILE")
    parser.add_argument(
        "--keep-archive", action="store_true", help="of a compressed tar make the tar, not its members"
    )
    parser.add_argument(
        "--max-ratio",
        type=ratio,
        default=MAX_RATIO,
        metavar="N",
        help="refuse what becomes more than N times as large, as bombs do, once that is more than 256 MiB; "
        f"0 refuses nothing ({MAX_RATIO})",
    )
    places(parser)


def ratio(text: str) -> int:
    """Return the ratio limit; of 0 one that nothing reaches. ValueError for what is no such number."""
    number = int(text)
    if number < 0:
        raise ValueError
    return number or NO_RATIO


def run(options: argparse.Namespace, report: Report) -> bool:
    """Decompress every input; say whether all went well."""
    if options.algorithm:
        settings.codec_of(options.algorithm, None, options.param)  # what is wrong is wrong for all inputs
    items = inputs(options.inputs, report.skipped)
    check_single(options.output, items)
    done = [_one(item, options, report) for item in items]
    return all(done)


def _one(item: Input, options: argparse.Namespace, report: Report) -> bool:
    report.begin()
    try:
        with item.opened() as opened, _recognised(item, opened, options) as (found, source):
            if found[0] in NEED_FILES and not is_file(source):
                raise Refused("this archive cannot be read from a pipe; give it as a file")
            if found[-1] in ARCHIVES and (found[0] in ARCHIVES or not options.keep_archive):
                return unpacking.unpack(item, source, options, report)
            return _stream(item, source, settings.codec_of(found[0], None, options.param), options, report)
    except (Refused, EngineError) as error:
        bomb = isinstance(error, LimitExceeded) and error.kind == "ratio"
        text = f"{error}; if it is to be trusted, --max-ratio 0 lifts the limit" if bomb else str(error)
        report.error(f"{item.label}: {text}", {"input": item.label, "error": text})
        return False


@contextmanager
def _recognised(
    item: Input, source: int, options: argparse.Namespace
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the chain of formats, outermost first, and a descriptor to read all from; of a pipe only the first."""
    if options.algorithm:
        yield (codecs.get(options.algorithm).id,), source
    elif is_file(source):
        begin = os.lseek(source, 0, os.SEEK_CUR)
        info = isolation.inspect(source, name_hint=item.inside.name)
        os.lseek(source, begin, os.SEEK_SET)
        if not info.formats:
            raise Refused(info.problem or UNKNOWN)
        yield info.formats, source
    else:
        with peeked(source, formats.HEAD_BYTES) as (head, again):
            shown = formats.recognise(head)
            if shown is None:
                raise Refused(UNKNOWN)
            yield (shown.id,), again


def _stream(item: Input, source: int, codec: Codec, options: argparse.Namespace, report: Report) -> bool:
    name = item.inside.name
    if codec.id != "store":
        name = formats.name_inside(name, formats.get(codec.id))
    target = target_of(item, name, out=options.output, folder=options.into)
    with output(target, force=options.force, like=source) as sink:
        found = isolation.decode(
            codec,
            source,
            sink,
            Limits(max_ratio=options.max_ratio),
            on_progress=lambda done, total: report.progress(item.label, done, total),
        )
    if target is not None:
        report.done(_line(item, target, found.original_size), _facts(item, target, codec, found))
    return True


def _line(item: Input, target: Path, original_size: int) -> str:
    return f"{item.label}: {size(original_size)}: {target}"


def _facts(
    item: Input, target: Path, codec: Codec, found: isolation.DecodeReport
) -> dict[str, str | int | None]:
    return {
        "input": item.label,
        "output": str(target),
        "algorithm": codec.id,
        "original_size": found.original_size,
        "compressed_size": found.compressed_size,
        "checksum": found.output_sha256,
    }
