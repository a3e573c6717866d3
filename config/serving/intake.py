"""A request body before a thread is taken: received, put aside, or left for the view to read."""

import asyncio
import errno
import io
import os
import shutil
import tempfile
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig

from config.serving.environ import Scope, header
from config.serving.inbound import BodyPipe, Inbound
from config.serving.lanes import Lanes
from config.serving.rules import DISK, TRANSFER, UNREAD_BODY_PREFIXES, Rules
from core.errors import StorageFull

SPOOL_WRITE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Intake:
    """The body as the view will find it, its length in bytes, and the lane for the view."""

    inbound: Inbound
    file: Any
    length: int
    lane: str

    async def stop(self) -> None:
        """Read no more for the view: what it left in a pipe goes back to the inbound body."""
        if isinstance(self.file, BodyPipe):
            await self.file.release()

    def close(self) -> None:
        """Free what is held."""
        self.file.close()


async def take_in(scope: Scope, inbound: Inbound, lanes: Lanes, rules: Rules) -> Intake:
    """Receive the body as far as the rules say; raise ClientGone if the client leaves meanwhile."""
    method, path = scope["method"], scope["path"]
    announced, chunked = header(scope, b"content-length"), header(scope, b"transfer-encoding")
    length = int(announced or 0)
    if not length and not chunked:
        inbound.ended = True
        return Intake(inbound, io.BytesIO(), 0, rules.lane(method, path, 0))
    unread = path.startswith(UNREAD_BODY_PREFIXES)
    if unread or length > rules.buffered_body_bytes:
        pipe = BodyPipe(inbound, asyncio.get_running_loop(), rules.pipe_bytes)
        return Intake(inbound, pipe, length, TRANSFER if unread else rules.lane(method, path, length))
    body = await inbound.collect(rules.buffered_body_bytes)
    if inbound.ended:
        return Intake(inbound, io.BytesIO(body), len(body), rules.lane(method, path, len(body)))
    return await _spool(body, inbound, lanes, rules, rules.spooled_bytes(path))


async def _spool(start: bytes, inbound: Inbound, lanes: Lanes, rules: Rules, limit: int) -> Intake:
    """Put a body of unknown length in a temporary file: Django takes one without a length for empty."""
    file: IO[bytes] | None = None
    length = 0
    try:
        file = await lanes.run(DISK, _temporary_file)
        while start:
            await lanes.run(DISK, _write, file, start, rules.spool_reserve_bytes)
            length += len(start)
            if length > limit:
                raise RequestDataTooBig(f"A body without Content-Length may have {limit} bytes at most.")
            start = await inbound.collect(SPOOL_WRITE_BYTES)
        await lanes.run(DISK, file.seek, 0)
    except BaseException as error:
        if file is not None:
            file.close()
        if (refusal := _refusal(error)) is None:
            raise
        return Intake(inbound, _Refused(refusal), limit + 1, TRANSFER)
    return Intake(inbound, file, length, TRANSFER)


def _temporary_file() -> IO[bytes]:
    return tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)


def _write(file: IO[bytes], piece: bytes, reserve: int) -> None:
    if shutil.disk_usage(file.fileno()).free < reserve + len(piece):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    file.write(piece)


def _refusal(error: BaseException) -> Exception | None:
    """Return the error that reading the body shall give to the view, where the fault is not in the server."""
    if isinstance(error, RequestDataTooBig):
        return error
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageFull("There is no room to receive the request.")
    return None


class _Refused(io.RawIOBase):
    """A body that cannot be read; the view learns why when it tries."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, size: int = -1, /) -> bytes:
        """Raise the refusal."""
        raise self._error
