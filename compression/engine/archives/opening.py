"""From a source to the members of the archive in it, through the compressed streams around it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from compression.engine import formats
from compression.engine.archives.member import Found
from compression.engine.archives.sevenzip import read_sevenzip
from compression.engine.archives.tar import read_tar
from compression.engine.archives.zip import read_zip
from compression.engine.codecs import codec_from
from compression.engine.codecs.brotli import attempt
from compression.engine.codecs.reader import ByteReader
from compression.engine.errors import UnknownFormat
from compression.engine.formats import HEAD_BYTES, Format
from compression.engine.limits import ArchiveLimits, KiB, MiB
from compression.engine.source import Source

STRUCTURE_SLACK = 64 * MiB
"""What a tar stream may hold beyond twice the contents: headers and padding."""

BROTLI_HEAD = 256 * KiB
"""Brotli may need much of its input before the first byte comes out."""


@dataclass(frozen=True)
class Archive:
    """An archive under way. `formats` are the ids of its layers and of itself, outermost first."""

    formats: tuple[str, ...]
    members: Iterator[Found]


def open_archive(source: Source, limits: ArchiveLimits) -> Archive:
    """The archive in `source`; raises UnknownFormat where there is none."""
    reader = ByteReader(source.chunks())
    layers: list[str] = []
    while True:
        found = _format(reader)
        if found is not None and found.is_archive:
            return Archive((*layers, found.id), _members(found, source, reader, layers, limits))
        if found is None or len(layers) == limits.max_layers:
            raise UnknownFormat("There is no archive in this file" if layers else "This is no archive")
        layers.append(found.id)
        codec = codec_from({"id": found.id})
        reader = ByteReader(codec.decode_chunks(iter(reader.some, b""), _of_layer(limits)))


def _format(reader: ByteReader) -> Format | None:
    """What begins here. Brotli has no mark: it is what gives a tar archive when decoded so."""
    found = formats.recognise(reader.peek(HEAD_BYTES))
    if found is not None:
        return found
    tried = attempt([reader.peek(BROTLI_HEAD)], keep=HEAD_BYTES, most=HEAD_BYTES)
    is_tar = tried is not None and formats.recognise(tried.output) == formats.TAR
    return formats.get("brotli") if is_tar else None


def _members(
    found: Format, source: Source, reader: ByteReader, layers: list[str], limits: ArchiveLimits
) -> Iterator[Found]:
    if found == formats.TAR:
        return read_tar(reader)
    if layers:
        raise UnknownFormat(
            f"A {found.title} archive inside a compressed stream has to be decompressed first"
        )
    if not source.seekable:
        raise UnknownFormat(f"A {found.title} archive is read from its end: it has to be a file")
    return (read_zip if found == formats.ZIP else read_sevenzip)(source, limits)


def _of_layer(limits: ArchiveLimits) -> ArchiveLimits:
    return replace(limits, max_output_bytes=2 * limits.max_output_bytes + STRUCTURE_SLACK)
