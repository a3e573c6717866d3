"""What a file is: its format, what is inside, and what its headers say; decodes a little to be sure.

This runs on untrusted bytes: call it in a confined process (`compression.engine.isolation.inspect`).
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from compression.engine import formats
from compression.engine.archives.member import Refusal
from compression.engine.archives.sevenzip import folder_refusal, read_table
from compression.engine.archives.tar import read_tar
from compression.engine.archives.zip_directory import FLAG_ENCRYPTED, read_directory
from compression.engine.codecs import codec_from
from compression.engine.codecs.brotli import attempt
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.codecs.zstd import zstd
from compression.engine.declared import declared
from compression.engine.errors import CorruptStream, Encrypted, EngineError, UnknownFormat
from compression.engine.formats import HEAD_BYTES, Format
from compression.engine.limits import ArchiveLimits, MiB
from compression.engine.source import Source

LOOK_OUTPUT = 8 * MiB
"""What is decoded at most. A file that holds less is known exactly."""
LOOK_INPUT = 1 * MiB
"""What brotli is tried on at most, and what that may become."""
BROTLI_OUTPUT = 128 * MiB
BROTLI_LEAST = 32
"""Below so many bytes anything may be brotli."""
_WEAKLY_MARKED = ("zlib", "lzma", "deflate")
BROTLI_GAIN = 1.05
"""What a brotli stream that was not read to its end has to give at least: any bytes pass for a stored block."""


class Certainty(StrEnum):
    """How sure a format is: by its mark and sound content, or by what else speaks for it."""

    SURE = "sure"
    LIKELY = "likely"


@dataclass(frozen=True)
class Info:
    """What is known of a file without unpacking it.

    `formats` are ids, outermost first: ("zstd", "tar"); empty where none is known. `content_size` counts the bytes that
    are directly inside: those of a stream, or of all files of an archive; it is only what headers say unless `exact`.
    `frames` is the number of members, frames or streams that follow each other in a compressed file, `members` that of
    the entries of an archive. `problem` says, in a sentence, why the content cannot be had or not all of it.
    """

    formats: tuple[str, ...] = ()
    certainty: Certainty | None = None
    content_size: int | None = None
    exact: bool = False
    frames: int | None = None
    members: int | None = None
    dictionary_id: int | None = None
    encrypted: bool = False
    problem: str = ""

    def config(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Info":
        """The inverse of `config()`."""
        certainty = config["certainty"]
        typed = {"formats": tuple(config["formats"]), "certainty": certainty and Certainty(certainty)}
        return cls(**{**config, **typed})


@dataclass(frozen=True)
class _Look:
    """The beginning of what a stream decodes to; `ended` where that is all of it, else there may be a `problem`.

    It does not hold the error: that would keep the decoder's memory while what is inside is looked at.
    """

    data: bytes
    ended: bool
    problem: str = ""
    corrupt: bool = False


def inspect(source: Source, limits: ArchiveLimits, name_hint: str = "") -> Info:
    """What the file in `source` is; `name_hint` is its name, which helps with formats that bear no mark.

    Raises UnknownFormat for what is no file, and LimitExceeded.
    """
    if source.size is None:
        raise UnknownFormat("Only a file can be inspected")
    found = formats.recognise(source.read_at(0, min(HEAD_BYTES, source.size)), name_hint)
    if found is None or found.id == "brotli":
        return _brotli(source, limits, hinted=found is not None)
    if found.is_archive:
        return _archive(found, source, limits)
    return _stream(found, source, limits)


def _archive(found: Format, source: Source, limits: ArchiveLimits) -> Info:
    """What the table of contents says; a tar archive has none, so a large one is not looked through."""
    info = Info((found.id,), Certainty.SURE)
    try:
        if found == formats.ZIP:
            entries = [entry for entry, _ in read_directory(source, limits)]
            encrypted = any(entry.flags & FLAG_ENCRYPTED for entry in entries)
            size = sum(entry.size for entry in entries)
            return replace(info, content_size=size, members=len(entries), encrypted=encrypted)
        if found == formats.SEVEN_ZIP:
            streams, files = read_table(source, limits)
            encrypted = any(folder_refusal(folder) is Refusal.ENCRYPTED for folder in streams.folders)
            size = sum(size for contents in streams.contents for size, _ in contents)
            return replace(info, content_size=size, members=len(files), encrypted=encrypted)
        if (source.size or 0) <= LOOK_OUTPUT:
            size, members = _tar_totals(source.chunks(), limits)
            return replace(info, content_size=size, members=members, exact=True)
    except Encrypted as error:
        return replace(info, encrypted=True, problem=error.message)
    except EngineError as error:
        return replace(info, problem=error.message)
    return info


def _stream(found: Format, source: Source, limits: ArchiveLimits) -> Info:
    """What headers say and what the first stretch of the content shows."""
    said = declared(found.id, source)
    look = _looked(found, source.chunks(), limits)
    weak = found.id in _WEAKLY_MARKED
    if weak and look.corrupt and len(look.data) < HEAD_BYTES:
        return Info()
    certainty = Certainty.LIKELY if weak and not look.ended else Certainty.SURE
    inside, members = _inside(look, limits, limits.max_layers)
    return Info(
        (found.id, *inside),
        certainty,
        content_size=len(look.data) if look.ended else said.size,
        exact=look.ended,
        frames=said.members,
        members=members,
        dictionary_id=_dictionary_id(found, source),
        problem=look.problem,
    )


def _looked(found: Format, chunks: Iterator[Bytes], limits: ArchiveLimits) -> _Look:
    """Decode a stretch."""
    data = bytearray()
    try:
        for piece in codec_from({"id": found.id}).decode_chunks(chunks, limits):
            data += piece
            if len(data) >= LOOK_OUTPUT:
                return _Look(bytes(data), ended=False)
    except EngineError as error:
        corrupt = isinstance(error, CorruptStream)
        return _Look(bytes(data), ended=False, problem=error.message, corrupt=corrupt)
    return _Look(bytes(data), ended=True)


def _inside(look: _Look, limits: ArchiveLimits, layers: int) -> tuple[tuple[str, ...], int | None]:
    """The formats inside a stream, and the members of the archive that is the last of them, where it is seen whole."""
    found = formats.recognise(look.data[:HEAD_BYTES])
    if found is None or layers == 0:
        return (), None
    if not found.is_archive:
        deeper = _looked(found, iter([look.data]), limits)
        if not deeper.data:
            return (), None
        ids, members = _inside(deeper, limits, layers - 1)
        return (found.id, *ids), members if look.ended else None
    members = None
    if found == formats.TAR and look.ended:
        with suppress(EngineError):
            _, members = _tar_totals(iter([look.data]), limits)
    return (found.id,), members


def _tar_totals(chunks: Iterator[Bytes], limits: ArchiveLimits) -> tuple[int, int]:
    """The bytes of all files, and the number of all members."""
    size = count = 0
    for found in read_tar(ByteReader(chunks)):
        count += 1
        limits.check_members(count)
        size += found.size or 0
    return size, count


def _dictionary_id(found: Format, source: Source) -> int | None:
    if found.id != "zstd":
        return None
    with suppress(zstd.ZstdError):
        return zstd.get_frame_info(source.read_at(0, min(18, source.size or 0))).dictionary_id or None
    return None


def _brotli(source: Source, limits: ArchiveLimits, *, hinted: bool) -> Info:
    """Whether this is brotli: it bears no mark, so it has to decode, and well.

    Random bytes and texts hardly ever decode to an end that is the end of the file (1 of 20,000 at 24 bytes, none
    above), but may well begin like a stream: as one that stores what follows, for example, which gains nothing.
    """
    size = source.size or 0
    packed = min(size, LOOK_INPUT)
    tried = attempt(source.region(0, packed), keep=LOOK_OUTPUT, most=BROTLI_OUTPUT)
    if tried is None:
        return Info()
    cut = packed < size
    if tried.ended and not cut and (hinted or size >= BROTLI_LEAST):
        certainty = Certainty.SURE
    elif not tried.ended and (cut or hinted) and (hinted or tried.produced >= BROTLI_GAIN * packed):
        certainty = Certainty.LIKELY
    else:
        return Info()
    whole = tried.ended and tried.produced == len(tried.output)
    inside, members = _inside(_Look(tried.output, ended=whole), limits, limits.max_layers)
    return Info(
        ("brotli", *inside),
        certainty,
        content_size=tried.produced if tried.ended else None,
        exact=tried.ended,
        members=members,
        problem="" if tried.ended or cut else "The data end in the middle of the stream",
    )
