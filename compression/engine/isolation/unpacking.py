"""Unpacking in a child: an archive in, its members out as records, within limits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from compression.engine.archives.member import Found, Kind
from compression.engine.archives.opening import open_archive
from compression.engine.archives.paths import Paths
from compression.engine.codecs import codec_from
from compression.engine.codecs.reader import Bytes, sliced
from compression.engine.declared import always, checksummed
from compression.engine.errors import EngineError, LimitExceeded, SourceUnreadable, TargetUnwritable
from compression.engine.isolation.protocol import Request, UnpackReport
from compression.engine.isolation.records import RecordWriter
from compression.engine.isolation.target import Target
from compression.engine.isolation.usage import Usage
from compression.engine.limits import Limits
from compression.engine.source import Source


@dataclass
class Tally:
    """What was given out so far."""

    members: int = 0
    files: int = 0
    refused: int = 0
    failed: int = 0
    content_size: int = 0


def unpack(request: Request, source: Source, target: Target) -> UnpackReport:
    """Send all members of the archive; with `contents` their bytes too."""
    usage, writer, tally, limits = Usage(), RecordWriter(target.write), Tally(), request.archive_limits
    archive = open_archive(source, limits)
    paths = Paths(limits)
    try:
        for found in archive.members:
            tally.members += 1
            limits.check_members(tally.members)
            refusal = paths.admit(found).refusal
            writer.member(replace(found, refusal=refusal))
            if refusal is not None:
                tally.refused += 1
            elif found.kind is Kind.FILE and request.options["contents"]:
                _send_content(found, limits, source, writer, tally)
    except TargetUnwritable:
        raise
    except EngineError:
        writer.flush()  # what came before is sound
        raise
    writer.flush()
    return UnpackReport(
        formats=archive.formats,
        members=tally.members,
        files=tally.files,
        refused=tally.refused,
        failed=tally.failed,
        content_size=tally.content_size,
        packed_size=source.done if source.size is None else source.size,
        wall_seconds=usage.wall_seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_memory_bytes=usage.peak_memory_bytes,
        checksummed=_checksummed(archive.formats, source),
    )


def _checksummed(formats: tuple[str, ...], source: Source) -> bool:
    """ZIP and 7z check each member, tar relies on the streams around it; only the outermost can be looked through."""
    if formats[-1] != "tar":
        return True
    layers = [codec_from({"id": layer}) for layer in formats[:-1]]
    return any(checksummed(codec, source) for codec in layers[:1]) or any(
        always(codec) for codec in layers[1:]
    )


def _send_content(found: Found, limits: Limits, source: Source, writer: RecordWriter, tally: Tally) -> None:
    error = None
    for piece in _until_damage(found):
        if isinstance(piece, EngineError):
            error = piece
            break
        tally.content_size += len(piece)
        limits.check_output(tally.content_size, source.done)
        for part in sliced(piece):
            writer.piece(part)
    writer.end(error)
    tally.files += error is None
    tally.failed += error is not None


def _until_damage(found: Found) -> Iterator[Bytes | EngineError]:
    """The pieces of a member; then, where it is damaged and others can still be had, the error."""
    try:
        yield from found.pieces
    except EngineError as error:
        if not found.independent or isinstance(error, SourceUnreadable) or _goes_for_all(error):
            raise
        yield error


def _goes_for_all(error: EngineError) -> bool:
    """Whether a limit of the whole archive was met; one member alone may need too much memory."""
    return isinstance(error, LimitExceeded) and error.kind != "memory"
