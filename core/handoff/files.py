"""Files as handoffs: whole or a range, with validators."""

import re
from collections.abc import Callable
from functools import partial
from typing import BinaryIO
from urllib.parse import quote

from django.http import HttpRequest
from django.utils.http import parse_etags

from core.errors import AppError, PreconditionFailed, RangeNotSatisfiable
from core.handoff.base import Exchange, Handoff

CHUNK_BYTES = 256 * 1024

# What a browser may show in the page of somebody else's file: nothing here can run a script.
_SHOWN_INLINE = re.compile(r"(image/(png|jpeg|gif|webp|avif|bmp)|audio/.+|video/.+|text/plain)(;.*)?")
# Nothing is given back: blanks beside blanks could be divided in many ways, each of which would be tried.
_RANGE = re.compile(r"bytes=\s*+(\d{0,18}+)\s*+-\s*+(\d{0,18}+)\s*+", re.ASCII)


class SourceTruncated(Exception):
    """A file ended before the size that was announced for it."""


class FileHandoff(Handoff):
    """A file as a download: 200, 206 for a single range, 304; 412 and 416 are problem documents.

    `open` gives the binary file, on the local disk or elsewhere; it is called when a first byte is needed, on
    a thread that may block, and not at all for HEAD or an answer without a body. `size` is in bytes, `etag` a
    strong validator without quotes. `inline` has the browser show the media types that can do no harm.
    """

    def __init__(
        self,
        open: Callable[[], BinaryIO],
        size: int,
        filename: str,
        media_type: str,
        etag: str,
        request: HttpRequest,
        *,
        inline: bool = False,
    ) -> None:
        super().__init__(request, content_type=media_type or "application/octet-stream")
        self._open = open
        self._first, self._length = 0, size
        self["ETag"] = f'"{etag}"'
        self["Accept-Ranges"] = "bytes"
        self._refusal = self._answer_conditions(size)
        if self._refusal is not None:
            self.status_code = self._refusal.status
            return  # what follows is about the bytes
        self["X-Content-Type-Options"] = "nosniff"
        self["Content-Security-Policy"] = "default-src 'none'; sandbox"
        self["Content-Disposition"] = content_disposition(
            filename, inline=inline and bool(_SHOWN_INLINE.fullmatch(media_type))
        )
        if self.status_code == 304:
            del self["Content-Type"]
        else:
            self["Content-Length"] = str(self._length)

    def _answer_conditions(self, size: int) -> AppError | None:
        """Set status, range and length, or return a refusal, as the request's conditions ask (RFC 9110, 13.2.2)."""
        tag, meta = self["ETag"], self.request.META
        wanted = parse_etags(meta.get("HTTP_IF_MATCH", ""))
        known = parse_etags(meta.get("HTTP_IF_NONE_MATCH", ""))
        if wanted and "*" not in wanted and tag not in wanted:
            return PreconditionFailed("The file is not the one that `If-Match` names.")
        if "*" in known or tag in {item.removeprefix("W/") for item in known}:
            self.status_code, self._length = 304, 0
        elif self.request.method == "GET" and meta.get("HTTP_IF_RANGE", tag) == tag:
            return self._apply_range(meta.get("HTTP_RANGE", ""), size)
        return None

    def _apply_range(self, header: str, size: int) -> AppError | None:
        """Narrow the answer to a single range; several, or what is not understood, give the whole file."""
        match = _RANGE.fullmatch(header)
        if match is None or match.groups() == ("", ""):
            return None
        first, last = match.groups()
        if first:
            begin, end = int(first), min(int(last), size - 1) if last else size - 1
            if last and int(last) < begin:
                return None
        else:
            begin, end = max(size - int(last), 0), size - 1
            if size == 0:
                return None
        if begin >= size:
            return RangeNotSatisfiable(
                f"The file has {size} bytes, and none of them is in the range.",
                headers={"Content-Range": f"bytes */{size}"},
            )
        self.status_code, self._first, self._length = 206, begin, end - begin + 1
        self["Content-Range"] = f"bytes {begin}-{end}/{size}"
        return None

    async def stream(self, exchange: Exchange) -> None:
        """Send the bytes, holding a thread only while a piece is read."""
        if self._refusal is not None:
            raise self._refusal
        if not self._length or self.request.method == "HEAD":
            await exchange.send_start()
            return
        file, chunk = await exchange.io(self._begin)  # before the answer: a missing file must not be a 200
        try:
            await exchange.send_start()
            left = self._length
            while left:
                if not chunk:
                    raise SourceTruncated(f"{left} of {self._length} bytes are missing")
                left -= len(chunk)
                await exchange.send_body(chunk)
                if left:
                    chunk = await exchange.io(partial(file.read, min(CHUNK_BYTES, left)))
        finally:
            await exchange.io(file.close)

    def _begin(self) -> tuple[BinaryIO, bytes]:
        file = self._open()
        try:
            if self._first:
                file.seek(self._first)
            return file, file.read(min(CHUNK_BYTES, self._length))
        except BaseException:
            file.close()
            raise


def content_disposition(filename: str, *, inline: bool = False) -> str:
    """Return the header for any name: an ASCII form for old clients, the true one as RFC 6266 has it."""
    name = re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069/\\]", "_", filename).strip(". ")
    name = name.encode("utf-8", "replace").decode() or "download"
    plain = re.sub(r'[^\x20-\x7e]|["%]', "_", name)
    header = f'{"inline" if inline else "attachment"}; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
