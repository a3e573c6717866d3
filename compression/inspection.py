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
    from files.models import File

ARCHIVES = frozenset({"zip", "tar", "7z"})

# Of a large file that lies elsewhere so much is brought here to be looked at; it shows what is inside, too.
FETCHED_BYTES = 4 * 1024 * 1024


def inspect(file: "File") -> Info:
    """Return what the file is; Unprocessable where it is in no format that shows itself."""
    with _to_look_at(file) as source:
        os.lseek(source.fileno(), 0, os.SEEK_SET)
        try:
            info = isolation.inspect(source.fileno(), name_hint=file.name)
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
def _to_look_at(file: "File") -> Iterator[BinaryIO]:
    with files.file_open(file) as source:
        if file.size <= FETCHED_BYTES or files.has_descriptor(source):
            with files.file_on_disk(file) as whole:
                yield whole
            return
        with staging(FETCHED_BYTES) as head:
            head.write(source.read(FETCHED_BYTES))
            head.file.seek(0)
            yield head.file
