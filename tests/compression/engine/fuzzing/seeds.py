"""The valid streams and archives that mutations begin with, and what they hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from compression.engine import formats
from compression.engine.codecs import Codec
from tests.compression.engine.fuzzing.archive_seeds import archives
from tests.compression.engine.fuzzing.repairs import TAR_BLOCK, tar_headers
from tests.compression.engine.fuzzing.stream_seeds import Stream, streams

HEAD, TAIL = 48, 40
"""Bytes at both ends that are headers, or as good as."""

_MARKS = re.compile(
    rb"PK\x01\x02|PK\x03\x04|PK\x05\x06|PK\x06[\x06\x07]|\x1f\x8b\x08|\x28\xb5\x2f\xfd|\xfd7zXZ\0|\x04\x22\x4d\x18"
    rb"|BZh[1-9]|1AY&SY|BZ3v1|sNaPpY|b2frame\0"
)
_MARKED = 46
"""Bytes from a mark on that may be a header: as many as an entry of ZIP's directory has."""


@dataclass(frozen=True)
class Seed:
    """One of them. `contents` may come out, whole and in any order; a stream without `checks` may give other bytes.

    `headers` are the places where a change does most. `codec` is what decodes it; None for an archive.
    """

    name: str
    format: str
    data: bytes
    contents: tuple[bytes, ...]
    checks: bool
    codec: Codec | None = None
    headers: tuple[range, ...] = field(default=())

    @property
    def file_name(self) -> str:
        """What it would be called: formats that bear no mark are known by it."""
        return f"fuzz{formats.get(self.format).extensions[0]}"


@cache
def seeds() -> dict[str, tuple[Seed, ...]]:
    """All of them, by their format."""
    found: dict[str, list[Seed]] = {name: [] for name in formats.all_formats()}
    for stream in streams():
        found[stream.codec.id].append(_of_stream(stream))
    for name, data, contents in archives():
        form = name.rpartition(".")[2]
        checks = form != "tar"
        found[form].append(Seed(name, form, data, contents, checks, headers=tuple(_headers(form, data))))
    return {name: tuple(rows) for name, rows in found.items()}


@cache
def checked_contents(form: str) -> tuple[bytes, ...]:
    """What may come out of a format where a checksum stands guard: of any of its seeds, for pieces may be exchanged."""
    return tuple({content: None for seed in seeds()[form] for content in seed.contents})


def _of_stream(stream: Stream) -> Seed:
    codec, data = stream.codec, stream.data
    return Seed(
        stream.name, codec.id, data, stream.contents, stream.checks, codec, tuple(_headers(codec.id, data))
    )


def _headers(form: str, data: bytes) -> Iterator[range]:
    size = len(data)
    if form == "tar":
        yield from (range(at, at + TAR_BLOCK) for at in tar_headers(data))
        return
    yield range(min(HEAD, size))
    yield range(max(0, size - TAIL), size)
    if form == "7z":
        table = 32 + int.from_bytes(data[12:20], "little")
        yield range(min(table, size - 1), size)
    for mark in _MARKS.finditer(data):
        yield range(mark.start(), min(mark.start() + _MARKED, size))


def described(seed: Seed) -> dict[str, Any]:
    """What a trial has to know of it, as JSON data."""
    return {"codec": seed.codec.config() if seed.codec else None, "name": seed.file_name}
