"""An archive into a folder: what `decompress` does with one."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from compression.cli.places import Input, Refused, output, write_all
from compression.cli.report import Report, readable, size
from compression.engine import formats, isolation
from compression.engine.archives import Kind, Member
from compression.engine.errors import EngineError
from compression.engine.limits import ArchiveLimits


def unpack(item: Input, source: int, options: argparse.Namespace, report: Report) -> bool:
    """Unpack an archive into a folder of its name; what is refused is said, and the rest is done."""
    if options.output:
        raise Refused("an archive has many files; name a folder with --into")
    folder = Path(options.into) if options.into else _folder(item)
    count, total, failed = 0, 0, []
    with isolation.unpack(
        source,
        ArchiveLimits(max_ratio=options.max_ratio),
        on_progress=lambda done, whole: report.progress(item.label, done, whole),
    ) as archive:
        for member, content in archive:
            if member.kind is Kind.DIRECTORY and member.refusal is None:
                continue
            try:
                total += _keep(member, content, folder, force=options.force)
                count += 1
            except (Refused, EngineError, OSError) as error:  # what ends all of the archive is raised again
                failed.append({"member": member.stored_path, "error": str(error)})
                report.error(f"{item.label}: {readable(member.stored_path)}: {error}")
    report.done(
        f"{item.label}: {count} files, {size(total)}: {folder}",
        {
            "input": item.label,
            "output": str(folder),
            "files": count,
            "original_size": total,
            "failed": failed,
        },
    )
    return not failed


def _keep(member: Member, content: Iterator[bytes], folder: Path, *, force: bool) -> int:
    """Write one member; return its size."""
    if member.refusal is not None or member.kind is not Kind.FILE:
        raise Refused(member.refusal.reason if member.refusal else f"is a {member.kind.value}")
    count = 0
    with output(folder / member.path, force=force) as sink:
        for piece in content:
            write_all(sink, piece)
            count += len(piece)
    return count


def _folder(item: Input) -> Path:
    """Where the members go if nothing is said: a folder of the archive's name beside it."""
    if item.path is None:
        raise Refused("an archive has many files; name a folder with --into")
    return item.path.with_name(_stem(item.path.name))


def _stem(name: str) -> str:
    """Return the archive's name without what says that it is one."""
    found = formats.by_extension(name)
    while found is not None and name.lower().endswith(found.extensions + found.short):
        ending = next(end for end in found.extensions + found.short if name.lower().endswith(end))
        name = name[: -len(ending)] or "archive"
        found = formats.by_extension(name)
    return name if name else "archive"
