"""What a stored file is, as far as decompressing goes: its formats, found from its bytes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from compression.engine import errors as engine
from compression.engine import isolation
from compression.engine.inspecting import Info
from compression.errors import translate
from core.errors import Unprocessable
from files import services as files
from files.staging import staging

if TYPE_CHECKING:
    from compression.sources import Source

ARCHIVES = frozenset({"zip", "tar", "7z"})

# Of a large file that lies elsewhere so much is brought here to be looked at; it shows what is inside, too.
FETCHED_BYTES = 4 * 1024 * 1024


def inspect(source: "Source") -> Info:
    """Return what the file is; Unprocessable where it is in no format that shows itself."""
    with _to_look_at(source) as shown:
        os.lseek(shown.fileno(), 0, os.SEEK_SET)
        try:
            info = isolation.inspect(shown.fileno(), name_hint=source.file.name)
        except engine.EngineError as error:
            raise translate(error) from error
    if info.formats:
        return info
    raise Unprocessable(
        "The bytes are in no compressed format that shows itself. Name the algorithm: raw deflate, for example, bears "
        "no mark.",
        code="unknown_format",
    )


def holds_files(info: Info) -> bool:
    """Whether members come out of it: a ZIP or 7z archive, or a tar archive, in compressed streams or not."""
    return info.formats[0] in ARCHIVES or info.formats[-1] == "tar"


@contextmanager
def _to_look_at(source: "Source") -> Iterator[BinaryIO]:
    if source.draft is not None or source.file.size <= FETCHED_BYTES:
        with source.on_disk() as whole:
            yield whole
        return
    with files.file_open(source.file) as stored:
        if files.has_descriptor(stored):
            yield stored
            return
        with staging(FETCHED_BYTES) as head:
            head.write(stored.read(FETCHED_BYTES))
            head.file.seek(0)
            yield head.file
