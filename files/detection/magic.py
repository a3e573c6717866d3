"""Formats that say what they are in fixed bytes."""

import re
import zlib
from collections.abc import Callable
from pathlib import PurePath

import filetype

from files.choices import Kind
from files.detection.result import Detected

# (offset, bytes, media type, kind) of what the library does not know or calls otherwise.
_SIGNATURES: tuple[tuple[int, bytes, str, Kind], ...] = (
    (0, b"SIMPLE  =", "application/fits", Kind.SCIENTIFIC),
    (0, b"GRIB", "application/grib", Kind.SCIENTIFIC),
    (128, b"DICM", "application/dicom", Kind.SCIENTIFIC),
    (0, b"PAR1", "application/vnd.apache.parquet", Kind.SCIENTIFIC),
    (0, b"ARROW1\x00\x00", "application/vnd.apache.arrow.file", Kind.SCIENTIFIC),
    (0, b"\x89HDF\r\n\x1a\n", "application/x-hdf5", Kind.SCIENTIFIC),
    (0, b"CDF\x01", "application/x-netcdf", Kind.SCIENTIFIC),
    (0, b"CDF\x02", "application/x-netcdf", Kind.SCIENTIFIC),
    (0, b"CDF\x05", "application/x-netcdf", Kind.SCIENTIFIC),
    (0, b"\x93NUMPY", "application/x-npy", Kind.NUMERIC),
    (0, b"MATLAB 5.0 MAT-file", "application/x-matlab-data", Kind.SCIENTIFIC),
    (0, b"Obj\x01", "application/avro", Kind.SCIENTIFIC),
    (0, b"ORC", "application/x-orc", Kind.SCIENTIFIC),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3", Kind.DATABASE),
    (0, b"\x00\x01\x00\x00Standard Jet DB", "application/x-msaccess", Kind.DATABASE),
    (0, b"\x00\x01\x00\x00Standard ACE DB", "application/x-msaccess", Kind.DATABASE),
    (0, b"PGDMP", "application/x-postgresql-dump", Kind.DATABASE),
    (0, b"REDIS0", "application/x-redis-dump", Kind.DATABASE),
    (0, b"\x7fELF", "application/x-elf", Kind.EXECUTABLE),
    (0, b"\x00asm", "application/wasm", Kind.EXECUTABLE),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary", Kind.EXECUTABLE),
    (0, b"\xce\xfa\xed\xfe", "application/x-mach-binary", Kind.EXECUTABLE),
    (0, b"\xca\xfe\xba\xbe", "application/java-vm", Kind.EXECUTABLE),
    (0, b"dex\n", "application/vnd.android.dex", Kind.EXECUTABLE),
    (0, b"!<arch>\n", "application/x-archive", Kind.ARCHIVE),
    (0, b"IWAD", "application/x-doom", Kind.ARCHIVE),
    (0, b"PWAD", "application/x-doom", Kind.ARCHIVE),
    (0, b"070701", "application/x-cpio", Kind.ARCHIVE),
    (0, b"\x1f\x8b\x08", "application/gzip", Kind.COMPRESSED),
    (0, b"BZh", "application/x-bzip2", Kind.COMPRESSED),
    (0, b"BZ3v1", "application/x-bzip3", Kind.COMPRESSED),
    (0, b"\xfd7zXZ\x00", "application/x-xz", Kind.COMPRESSED),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd", Kind.COMPRESSED),
    (0, b"\x37\xa4\x30\xec", "application/x-zstd-dictionary", Kind.COMPRESSED),
    (0, b"\x04\x22\x4d\x18", "application/x-lz4", Kind.COMPRESSED),
    (0, b"\xff\x06\x00\x00sNaPpY", "application/x-snappy-framed", Kind.COMPRESSED),
    (0, b"LZIP", "application/x-lzip", Kind.COMPRESSED),
    (0, b"P4\n", "image/x-portable-bitmap", Kind.IMAGE),
    (0, b"P5\n", "image/x-portable-graymap", Kind.IMAGE),
    (0, b"P6\n", "image/x-portable-pixmap", Kind.IMAGE),
    (0, b"qoif", "image/qoi", Kind.IMAGE),
    (0, b"\xff\x0a", "image/jxl", Kind.IMAGE),
    (0, b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a", "image/jxl", Kind.IMAGE),
    (0, b"DDS ", "image/vnd-ms.dds", Kind.IMAGE),
    (0, b"wvpk", "audio/x-wavpack", Kind.AUDIO),
    (0, b"MAC ", "audio/x-ape", Kind.AUDIO),
    (0, b"wOFF", "font/woff", Kind.FONT),
    (0, b"wOF2", "font/woff2", Kind.FONT),
    (0, b"OTTO", "font/otf", Kind.FONT),
    (0, b"\x00\x01\x00\x00", "font/ttf", Kind.FONT),
    (0, b"ttcf", "font/collection", Kind.FONT),
    (0, b"%PDF-", "application/pdf", Kind.DOCUMENT),
    (0, b"%!PS", "application/postscript", Kind.DOCUMENT),
    (0, b"{\\rtf", "application/rtf", Kind.DOCUMENT),
)

# Signatures so short that data hits them by chance: believed only where the name says the same.
_WEAK = {
    "image/x-icon": (".ico", ".cur"),
    "image/jxl": (".jxl",),
    "audio/aac": (".aac",),
    "audio/mpeg": (".mp3", ".mp2", ".mpga"),
    "video/mpeg": (".mpg", ".mpeg", ".m1v", ".m2v"),
    "application/x-orc": (".orc",),
    "application/x-msdownload": (".exe", ".dll", ".sys", ".efi", ".com", ".scr", ".ocx"),
    "application/x-compress": (".z",),
    "application/x-brotli": (".br",),
    "font/ttf": (".ttf",),
}

_ARCHIVES = ("zip", "tar", "rar", "7z", "cab", "ar", "deb", "rpm", "crx")
_COMPRESSED = ("gz", "bz2", "xz", "zst", "lz4", "lz", "lzo", "Z", "br")
_DOCUMENTS = (
    "pdf",
    "rtf",
    "ps",
    "doc",
    "docx",
    "odt",
    "xls",
    "xlsx",
    "ods",
    "ppt",
    "pptx",
    "odp",
    "epub",
    "dwg",
    "swf",
)
_KIND_OF = (
    dict.fromkeys(_ARCHIVES, Kind.ARCHIVE)
    | dict.fromkeys(_COMPRESSED, Kind.COMPRESSED)
    | dict.fromkeys(_DOCUMENTS, Kind.DOCUMENT)
    | {"sqlite": Kind.DATABASE, "exe": Kind.EXECUTABLE, "elf": Kind.EXECUTABLE, "wasm": Kind.EXECUTABLE}
    | {"dcm": Kind.SCIENTIFIC, "eot": Kind.FONT, "nes": Kind.BINARY}
)
_KIND_OF_TYPE = {"image": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}


def from_magic(head: bytes, name: str) -> Detected | None:
    """Return what the bytes say they are, or None where they say nothing."""
    for offset, signature, media_type, kind in _SIGNATURES:
        if head.startswith(signature, offset) and _believable(media_type, head, name):
            return Detected(media_type, kind)
    return _from_library(head, name) or _from_trial(head)


def _believable(media_type: str, head: bytes, name: str) -> bool:
    """Say whether a signature is long enough, or the name agrees with it."""
    extensions = _WEAK.get(media_type)
    if extensions is None or PurePath(name).suffix.lower() in extensions:
        return True
    return (check := _SECOND_LOOKS.get(media_type)) is not None and check(head)


def _is_portable_executable(head: bytes) -> bool:
    return head.startswith(b"PE\x00\x00", int.from_bytes(head[0x3C:0x40], "little"))


def _has_font_tables(head: bytes) -> bool:
    return head[4:5] == b"\x00" and bool(re.fullmatch(rb"[ -~]{4}", head[12:16]))


_SECOND_LOOKS: dict[str, Callable[[bytes], bool]] = {
    "application/x-msdownload": _is_portable_executable,
    "audio/mpeg": lambda head: head.startswith(b"ID3"),
    "font/ttf": _has_font_tables,
}


def _from_library(head: bytes, name: str) -> Detected | None:
    found = filetype.guess(head[:8192])
    if found is None or not _believable(found.mime, head, name):
        return None
    kind = _KIND_OF.get(found.extension) or _KIND_OF_TYPE.get(found.mime.partition("/")[0])
    return Detected(found.mime, kind) if kind else None


def _from_trial(head: bytes) -> Detected | None:
    """Recognise streams that begin with two or three telling bytes by decoding a little of them."""
    if head[:1] == b"\x78" and len(head) > 2 and int.from_bytes(head[:2]) % 31 == 0:
        try:
            zlib.decompressobj().decompress(head, 4096)
        except zlib.error:
            return None
        return Detected("application/zlib", Kind.COMPRESSED)
    # LZMA alone: properties, a dictionary of a power of two, a size that is unknown or not absurd.
    if head[:1] == b"\x5d" and len(head) > 13:
        dictionary, size = int.from_bytes(head[1:5], "little"), int.from_bytes(head[5:13], "little")
        usual = dictionary >= 4096 and not dictionary & (dictionary - 1)
        if usual and head[13] == 0 and (size == 2**64 - 1 or size < 2**40):
            return Detected("application/x-lzma", Kind.COMPRESSED)
    return None
