"""`decompress`."""

import argparse
import os
from pathlib import Path

from compression.cli.compressing import places
from compression.cli.places import Input, Refused, inputs, output, target_of
from compression.cli.report import Report, size
from compression.engine import codecs, formats, isolation
from compression.engine.archives import Kind
from compression.engine.codecs import Codec
from compression.engine.errors import EngineError

ARCHIVES = frozenset({"zip", "tar", "7z"})


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "inputs", nargs="*", metavar="INPUT", help="files and folders; - or none: standard input"
    )
    parser.add_argument("-a", "--algorithm", help="the format, where the bytes do not show it")
    parser.add_argument(
        "--keep-archive", action="store_true", help="of a compressed tar make the tar, not its members"
    )
    places(parser)


def run(options: argparse.Namespace, report: Report) -> bool:
    """Decompress every input; say whether all went well."""
    items = list(inputs(options.inputs))
    results = [_one(item, options, report, several=len(items) > 1) for item in items]
    return all(results)


def _one(item: Input, options: argparse.Namespace, report: Report, *, several: bool) -> bool:
    report.begin()
    try:
        with item.opened() as source:
            found = _formats(item, source, options)
            if found[-1] in ARCHIVES and (found[0] in ARCHIVES or not options.keep_archive) and item.path:
                return _unpack(item, source, options, report)
            return _stream(item, source, codecs.get(found[0])(), options, report, several=several)
    except (Refused, EngineError) as error:
        report.error(f"{item.label}: {error}", {"input": item.label, "error": str(error)})
        return False


def _formats(item: Input, source: int, options: argparse.Namespace) -> tuple[str, ...]:
    """Return the chain of formats, outermost first."""
    if options.algorithm:
        return (codecs.get(options.algorithm).id,)
    if item.path is None:
        raise Refused("the format of a pipe cannot be found; name it with -a")
    info = isolation.inspect(source, name_hint=item.path.name)
    os.lseek(source, 0, os.SEEK_SET)
    if not info.formats:
        raise Refused(info.problem or "in no format that is known; name it with -a")
    return info.formats


def _stream(
    item: Input, source: int, codec: Codec, options: argparse.Namespace, report: Report, *, several: bool
) -> bool:
    name = (
        formats.name_inside(item.inside.name, formats.get(codec.id))
        if codec.id != "store"
        else item.inside.name
    )
    target = target_of(item, name, out=options.output, folder=options.into, several=several)
    with output(target, force=options.force) as sink:
        found = isolation.decode(
            codec, source, sink, on_progress=lambda done, total: report.progress(item.label, done, total)
        )
    if target is not None:
        report.done(
            f"{item.label}: {size(found.original_size)}: {target}",
            {
                "input": item.label,
                "output": str(target),
                "algorithm": codec.id,
                "original_size": found.original_size,
                "compressed_size": found.compressed_size,
                "checksum": found.output_sha256,
            },
        )
    return True


def _unpack(item: Input, source: int, options: argparse.Namespace, report: Report) -> bool:
    """Unpack an archive into a folder of its name; what is refused is said, and the rest is done."""
    assert item.path is not None
    if options.output:
        raise Refused("an archive has many files; name a folder with --into")
    folder = Path(options.into) if options.into else item.path.with_name(_stem(item.path.name))
    good, count, total = True, 0, 0
    with isolation.unpack(
        source, on_progress=lambda done, whole: report.progress(item.label, done, whole)
    ) as archive:
        for member, content in archive:
            if member.kind is Kind.DIRECTORY and member.refusal is None:
                continue
            try:
                if member.refusal is not None or member.kind is not Kind.FILE:
                    raise Refused(member.refusal.reason if member.refusal else f"is a {member.kind.value}")
                with output(folder / member.path, force=options.force) as sink:
                    for piece in content:
                        total += len(piece)
                        view = memoryview(piece)
                        while view:
                            view = view[os.write(sink, view) :]
                count += 1
            except (Refused, OSError) as error:
                good = False
                report.error(f"{item.label}: {member.stored_path}: {error}")
    report.done(
        f"{item.label}: {count} files, {size(total)}: {folder}",
        {"input": item.label, "output": str(folder), "files": count, "original_size": total},
    )
    return good


def _stem(name: str) -> str:
    """Return the archive's name without what says that it is one."""
    found = formats.by_extension(name)
    while found is not None and name.lower().endswith(found.extensions + found.short):
        ending = next(end for end in found.extensions + found.short if name.lower().endswith(end))
        name = name[: -len(ending)] or "archive"
        found = formats.by_extension(name)
    return name if name else "archive"
