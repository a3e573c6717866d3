"""Unpacking archives: the client's side, which trusts neither the archive nor the process that reads it."""

import os
import select
from collections.abc import Iterator
from typing import Self

from compression.engine.archives.member import Kind, Member
from compression.engine.archives.paths import Paths
from compression.engine.codecs.reader import PIECE, ByteReader
from compression.engine.errors import EngineError, error_from
from compression.engine.isolation.calls import Call, OnProgress, ShouldStop, begin
from compression.engine.isolation.pipes import PIPE_BYTES, pipe
from compression.engine.isolation.protocol import Request, UnpackReport
from compression.engine.isolation.records import RecordKind, RecordReader, broken
from compression.engine.limits import ArchiveLimits


def unpack(
    source_fd: int,
    limits: ArchiveLimits | None = None,
    *,
    contents: bool = True,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> "Unpacking":
    """Unpack the archive behind a descriptor: ZIP, 7z, or tar with compressed streams around it.

        with isolation.unpack(source_fd, limits) as archive:
            for member, content in archive:
                if member.refusal is None and member.kind is Kind.FILE:
                    for piece in content:
                        file.write(piece)
        archive.report

    ZIP and 7z need a file, tar may come through a pipe. Members come in the order of their data, the bytes of each in
    pieces of at most 1 MiB, as fast as they are taken; what is not taken is passed over. `member.path` is safe to be
    used under a folder; a member with a `refusal` has no bytes. Without `contents` none has: a listing.

    Taking `content` raises the error of a member that turned out to be damaged: what came of it is of no use, the
    members that follow can still be had. Iterating over the archive raises what ends all of it, be it in the middle of
    a member: CorruptStream, LimitExceeded (number of members; bytes and ratio, over all; memory; time), Encrypted,
    Unsupported, UnknownFormat, Stopped, CodecCrashed and others of `engine.errors`. All that came whole before is
    sound, in a ZIP or 7z archive; of a compressed tar archive only the end of the stream tells, where its checksum is.
    Leaving the block ends the work.
    """
    limits = limits or ArchiveLimits()
    reading, writing = pipe()
    try:
        request = Request("unpack", limits, {"contents": contents})
        call = begin(request, (source_fd, writing), on_progress, should_stop)
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    return Unpacking(call, reading, limits, contents=contents)


class Unpacking:
    """An archive being unpacked; see `unpack`. `report` is there when the iteration is over."""

    report: UnpackReport

    def __init__(self, call: Call, pipe_end: int, limits: ArchiveLimits, *, contents: bool) -> None:
        self._call = call
        self._pipe = pipe_end
        self._limits = limits
        self._contents = contents
        self._received = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._call.close()
        os.close(self._pipe)

    def __iter__(self) -> Iterator[tuple[Member, Iterator[bytes]]]:
        records = RecordReader(ByteReader(self._chunks()))
        paths = Paths(self._limits)
        count = 0
        while (header := records.header()) is not None:
            kind, length = header
            count += 1
            if kind is not RecordKind.MEMBER or count > self._limits.max_members:
                raise broken()
            found = records.found(length)
            promised = self._contents and found.kind is Kind.FILE and found.refusal is None
            member = paths.admit(found)
            content = _Content(records, self._most_bytes(member), self._call) if promised else None
            yield member, iter(() if content is None or member.refusal else content)
            if content is not None:
                self._received += content.skip_rest()
        report = self._call.report()
        self.report = UnpackReport(**{**report, "formats": tuple(report["formats"])})

    def _most_bytes(self, member: Member) -> int:
        """What may come of a member, whatever its archive and the child say."""
        rest = self._limits.max_output_bytes - self._received
        return min(rest, self._limits.max_member_bytes if member.size is None else member.size)

    def _chunks(self) -> Iterator[bytes]:
        """What the child writes, to its end."""
        while True:
            self._call.wait({self._pipe: select.POLLIN})
            chunk = os.read(self._pipe, PIPE_BYTES)
            if not chunk:
                return
            yield chunk


class _Content:
    """The bytes of one member; `skip_rest` passes over what was not taken."""

    def __init__(self, records: RecordReader, most: int, call: Call) -> None:
        self._records = records
        self._call = call
        self._most = most
        self._left = 0
        self._received = 0
        self._over = False

    def __iter__(self) -> Iterator[bytes]:
        while (piece := self._next()) is not None:
            if isinstance(piece, EngineError):
                raise piece
            yield bytes(piece)

    def skip_rest(self) -> int:
        """Pass over the rest, sound or damaged; how many bytes there were in all."""
        while isinstance(self._next(), memoryview):
            pass
        return self._received

    def _next(self) -> memoryview | EngineError | None:
        """A piece; at the end an error, or None."""
        if self._over:
            return None
        while not self._left:
            header = self._records.header()
            if header is None:
                self._call.report()  # raises what ended the archive in the middle of this member
                raise broken()
            kind, length = header
            if kind is RecordKind.END:
                self._over = True
                ending = self._records.ending(length)
                return None if ending is None else error_from(ending)
            if kind is not RecordKind.PIECE:
                raise broken()
            self._left = length
        piece = self._records.some(min(self._left, PIECE))
        self._left -= len(piece)
        self._received += len(piece)
        if self._received > self._most:
            raise broken()
        return piece
