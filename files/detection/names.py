"""Hints in names: what bytes without a signature are likely to be."""

import re
from pathlib import PurePath

from files.choices import Kind
from files.detection.result import Detected

_NUMBERS = re.compile(r"\.(?P<type>[fiu])(?P<bits>8|16|32|64)(x(?P<columns>[1-9]\d{0,3}))?$")

_BINARIES = {
    ".br": Detected("application/x-brotli", Kind.COMPRESSED),
    ".msgpack": Detected("application/vnd.msgpack", Kind.BINARY),
    ".pb": Detected("application/vnd.google.protobuf", Kind.BINARY),
    ".protodata": Detected("application/vnd.google.protobuf", Kind.BINARY),
    ".cbor": Detected("application/cbor", Kind.BINARY),
    ".bson": Detected("application/bson", Kind.BINARY),
    ".wad": Detected("application/x-doom", Kind.ARCHIVE),
    ".pyc": Detected("application/x-python-code", Kind.EXECUTABLE),
    ".dcm": Detected("application/dicom", Kind.SCIENTIFIC),
    ".mp3": Detected("audio/mpeg", Kind.AUDIO),
    ".pcm": Detected("audio/x-pcm", Kind.AUDIO),
    ".yuv": Detected("video/x-raw-yuv", Kind.VIDEO),
}

_PLAIN = {
    Kind.MARKDOWN: "text/markdown .md .markdown .mkd",
    Kind.HTML: "text/html .html .htm .xhtml",
    Kind.XML: "application/xml .xml .xsd .xsl .xslt .rss .atom .kml .gpx",
    Kind.SQL: "application/sql .sql .ddl",
    Kind.LOG: "text/plain .log",
    Kind.CSV: "text/csv .csv",
    Kind.JSON: "application/json .json .geojson .webmanifest",
    Kind.NDJSON: "application/x-ndjson .ndjson .jsonl",
    Kind.GENOME: "text/x-genome .fa .fasta .fq .fastq .fna .faa .sam .vcf .gff",
}
_CONFIG = {
    "application/yaml": ".yaml .yml",
    "application/toml": ".toml",
    "text/plain": ".ini .cfg .conf .properties .env .editorconfig",
}
_SOURCE = {
    "text/css": ".css .scss .sass .less",
    "text/javascript": ".js .mjs .cjs .jsx",
    "text/x-typescript": ".ts .tsx",
    "text/x-python": ".py .pyi .pyx",
    "text/x-c": ".c .h .cc .cpp .cxx .hh .hpp .cu",
    "text/x-java": ".java .kt .scala .groovy",
    "text/x-csharp": ".cs",
    "text/x-go": ".go",
    "text/x-rust": ".rs",
    "text/x-ruby": ".rb",
    "text/x-php": ".php",
    "text/x-perl": ".pl .pm",
    "text/x-lua": ".lua",
    "text/x-swift": ".swift",
    "text/x-shellscript": ".sh .bash .zsh .fish",
    "text/x-asm": ".s .asm",
    "text/x-fortran": ".f .for .f90 .f95",
    "text/x-lisp": ".lisp .el .clj .scm",
    "text/x-haskell": ".hs .ml .elm",
    "text/x-r": ".r .jl .m",
    "text/x-tex": ".tex .sty .cls",
    "text/x-makefile": ".mk .cmake .gradle",
    "text/x-diff": ".diff .patch",
}


def _texts() -> dict[str, Detected]:
    found: dict[str, Detected] = {}
    for kind, words in _PLAIN.items():
        media_type, *extensions = words.split()
        found |= dict.fromkeys(extensions, Detected(media_type, kind))
    for kind, table in ((Kind.CONFIG, _CONFIG), (Kind.SOURCE, _SOURCE)):
        for media_type, listed in table.items():
            found |= dict.fromkeys(listed.split(), Detected(media_type, kind))
    return found | {".tsv": Detected("text/tab-separated-values", Kind.CSV)}


_TEXTS = _texts()


def from_name(name: str, size: int) -> Detected | None:
    """Return what the name of a file that is no text says, or None."""
    match = _NUMBERS.search(name.lower())
    if match and size % (int(match["bits"]) // 8 * int(match["columns"] or 1)) == 0:
        return Detected("application/octet-stream", Kind.NUMERIC)
    return _BINARIES.get(PurePath(name).suffix.lower())


def text_from_name(name: str) -> Detected | None:
    """Return what the name of a text file says, or None."""
    return _TEXTS.get(PurePath(name).suffix.lower())
