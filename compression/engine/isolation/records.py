"""What travels from the child that unpacks an archive to its client, through a pipe.

A record is a kind (one byte), a length (four bytes, little endian) and so many bytes: a member (JSON), a piece of its
content, or its end (JSON, with an error where it turned out to be damaged). Content and end follow only those members
that are given out. The client trusts nothing of it: the child works on hostile bytes.
"""

import json
import struct
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from compression.engine.archives.member import Found, Kind, Refusal
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.errors import EngineError, TruncatedStream

HEADER = struct.Struct("<BI")
MAX_JSON = 256 << 10
MAX_PIECE = 4 << 20
MAX_STORED_PATH = 8192
"""Characters of a path as it is stored that are shown; longer ones are refused anyhow."""
BUFFER = 256 << 10


class RecordKind(IntEnum):
    """What a record holds."""

    MEMBER = 1
    PIECE = 2
    END = 3


class RecordWriter:
    """Gathers small records, so that an archive of many small files needs few writes."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._gathered: list[Bytes] = []
        self._size = 0

    def member(self, found: Found) -> None:
        """Announce a member."""
        described = {
            "path": found.stored_path[:MAX_STORED_PATH],
            "kind": found.kind,
            "size": found.size,
            "modified": found.modified,
            "refusal": found.refusal,
        }
        self._put(RecordKind.MEMBER, json.dumps(described).encode())

    def piece(self, data: Bytes) -> None:
        """Pass on content of the member announced last."""
        self._put(RecordKind.PIECE, data)

    def end(self, error: EngineError | None = None) -> None:
        """Say that this was all of the content, or why it is not."""
        self._put(RecordKind.END, json.dumps(error.payload() if error else None).encode())

    def flush(self) -> None:
        """Write what is gathered."""
        if self._gathered:
            data = b"".join(self._gathered)
            self._gathered, self._size = [], 0
            self._write(data)

    def _put(self, kind: RecordKind, payload: Bytes) -> None:
        self._gathered += [HEADER.pack(kind, len(payload)), payload]
        self._size += len(payload)
        if self._size >= BUFFER:
            self.flush()


class RecordReader:
    """Takes records out of a stream; raises EngineError for what no honest child sends."""

    def __init__(self, reader: ByteReader) -> None:
        self._reader = reader

    def header(self) -> tuple[RecordKind, int] | None:
        """The kind and length of the next record; None at the end."""
        if self._reader.at_end():
            return None
        kind, length = HEADER.unpack(self._exactly(HEADER.size))
        if kind not in list(RecordKind) or length > (MAX_PIECE if kind == RecordKind.PIECE else MAX_JSON):
            raise broken()
        return RecordKind(kind), length

    def found(self, length: int) -> Found:
        """The member of a record."""
        described = self._json(length)
        match described:
            case {
                "path": str(path),
                "kind": str(kind),
                "size": int() | None as size,
                "modified": int() | float() | None as modified,
                "refusal": str() | None as refusal,
            } if kind in list(Kind) and (not refusal or refusal in list(Refusal)):
                return Found(path, Kind(kind), size, modified, Refusal(refusal) if refusal else None)
            case _:
                raise broken()

    def some(self, limit: int) -> memoryview:
        """At least one and at most `limit` bytes of content."""
        piece = self._reader.some(limit)
        if not piece:
            raise broken()
        return piece

    def ending(self, length: int) -> dict[str, Any] | None:
        """What a record says that ends a member: nothing, or an error."""
        ending = self._json(length)
        if ending is not None and not isinstance(ending, dict):
            raise broken()
        return ending

    def _json(self, length: int) -> Any:
        try:
            return json.loads(self._exactly(length))
        except (ValueError, RecursionError) as error:
            raise broken() from error

    def _exactly(self, length: int) -> bytes:
        try:
            return bytes(self._reader.exactly(length))
        except TruncatedStream as error:
            raise broken() from error


def broken() -> EngineError:
    """The child did not keep to the protocol."""
    return EngineError("The archive's process said what cannot be; nothing more of it is trusted")
