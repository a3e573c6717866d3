"""The engine as the unpacker of `files`: every archive in a confined child."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from compression.engine import errors as engine
from compression.engine import isolation
from compression.engine.archives import Kind
from compression.engine.archives import Member as Found
from compression.engine.limits import ArchiveLimits
from compression.errors import sentence, translate
from core.errors import AppError, Unprocessable
from core.text import storable
from files.unpacking import BeyondBounds, Bounds, Figures, Interrupted, Look, Member


class EngineUnpacker:
    """See `files.unpacking.Unpacker`."""

    def look(self, source: BinaryIO, name: str) -> Look:
        """Say what the archive promises."""
        os.lseek(source.fileno(), 0, os.SEEK_SET)
        with _in_our_terms():
            info = isolation.inspect(source.fileno(), name_hint=name)
        if not info.formats or info.formats[-1] not in _ARCHIVES:
            raise Unprocessable(
                sentence(info.problem or "This is no archive that can be unpacked"), code="no_archive"
            )
        if info.encrypted and not info.members:
            raise Unprocessable(sentence(info.problem or "The archive is encrypted"), code="encrypted")
        return Look(info.members, info.content_size)

    @contextmanager
    def members(
        self,
        source: BinaryIO,
        bounds: Bounds,
        *,
        on_progress: Callable[[int, int | None], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> Iterator["Members"]:
        """Yield the members."""
        limits = ArchiveLimits(
            max_members=bounds.members,
            max_output_bytes=bounds.bytes,
            max_ratio=bounds.ratio,
            max_memory_bytes=bounds.memory_bytes,
            max_wall_seconds=bounds.wall_s,
        )
        os.lseek(source.fileno(), 0, os.SEEK_SET)
        with (
            _in_our_terms(),
            isolation.unpack(
                source.fileno(), limits, on_progress=on_progress, should_stop=should_stop
            ) as archive,
        ):
            yield Members(archive)


_ARCHIVES = frozenset({"zip", "tar", "7z"})
PATH_CHARS = 1024


class Members:
    """See `files.unpacking.Members`."""

    def __init__(self, archive: isolation.Unpacking) -> None:
        self._archive = archive

    def __iter__(self) -> Iterator[Member]:
        with _in_our_terms():
            for found, content in self._archive:
                yield _member(found, content)

    @property
    def figures(self) -> Figures:
        """What it took."""
        report = self._archive.report
        return Figures(
            formats=report.formats,
            content_bytes=report.content_size,
            wall_s=report.wall_seconds,
            cpu_s=report.cpu_seconds,
            peak_memory_bytes=report.peak_memory_bytes,
            checksummed=report.checksummed,
        )


def _member(found: Found, content: Iterator[bytes]) -> Member:
    refusal = Unprocessable(found.refusal.reason, code=f"member_{found.refusal}") if found.refusal else None
    path: str = found.path or storable(found.stored_path)[:PATH_CHARS]
    return Member(path, found.kind is Kind.FILE, found.size, refusal, _sound(content))


def _sound(content: Iterator[bytes]) -> Iterator[bytes]:
    with _in_our_terms():
        yield from content


@contextmanager
def _in_our_terms() -> Iterator[None]:
    try:
        yield
    except engine.Stopped as error:
        raise Interrupted from error
    except engine.EngineError as error:
        raise _ours(error) from error


def _ours(error: engine.EngineError) -> AppError:
    if isinstance(error, engine.LimitExceeded):
        return BeyondBounds(f"{error.message}.", error.kind)
    return translate(error)
