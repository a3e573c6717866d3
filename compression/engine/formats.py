"""The formats of streams and archives, and how they are told apart by their first bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from compression.engine.archives.tar import looks_like_tar
from compression.engine.codecs import all_codecs
from compression.engine.detect import HEAD_BYTES, detect
from compression.engine.errors import UnknownFormat

__all__ = [
    "HEAD_BYTES",
    "SEVEN_ZIP",
    "TAR",
    "ZIP",
    "Format",
    "all_formats",
    "by_extension",
    "get",
    "name_inside",
    "recognise",
]

_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_SEVEN_ZIP_MAGIC = b"7z\xbc\xaf\x27\x1c"


@dataclass(frozen=True)
class Format:
    """One format. That of a compressed stream has the id of the codec which reads it.

    Of `extensions` the first is the one to give. Those of `short` stand for a tar archive within (`.tgz`).
    """

    id: str
    title: str
    media_type: str
    extensions: tuple[str, ...]
    is_archive: bool = False
    short: tuple[str, ...] = ()


ZIP = Format("zip", "ZIP", "application/zip", (".zip",), is_archive=True)
TAR = Format("tar", "tar", "application/x-tar", (".tar",), is_archive=True)
SEVEN_ZIP = Format("7z", "7z", "application/x-7z-compressed", (".7z",), is_archive=True)

_ALSO = {"gzip": (".gzip",), "zstd": (".zstd",), "blosc2": (".b2f",), "zlib": (".zlib",)}
_SHORT = {
    "gzip": (".tgz", ".taz"),
    "bzip2": (".tbz2", ".tbz"),
    "xz": (".txz",),
    "lzma": (".tlz",),
    "zstd": (".tzst",),
    "brotli": (".tbr",),
}
_UNMARKED = ("brotli", "deflate")
"""Formats that only a name gives a hint of."""


@cache
def all_formats() -> Mapping[str, Format]:
    """Every format that can be read, by id."""
    streams = {
        codec.id: Format(
            codec.id,
            codec.title,
            codec.media_type,
            (codec.extension, *_ALSO.get(codec.id, ())),
            short=_SHORT.get(codec.id, ()),
        )
        for codec in all_codecs().values()
        if codec.id != "store"
    }
    return MappingProxyType({**streams, **{item.id: item for item in (ZIP, TAR, SEVEN_ZIP)}})


def get(format_id: str) -> Format:
    """The format of an id; raises UnknownFormat."""
    try:
        return all_formats()[format_id]
    except KeyError:
        raise UnknownFormat(f"No format {format_id!r}; known: {', '.join(sorted(all_formats()))}") from None


def recognise(head: bytes, name_hint: str | None = None) -> Format | None:
    """The format that begins with `head` (HEAD_BYTES of it, or all there is); None where none shows itself.

    Raw deflate and brotli bear no mark: they are found by `name_hint` alone, a guess that `isolation.inspect` tries.
    """
    if head.startswith(_ZIP_MAGICS):
        return ZIP
    if head.startswith(_SEVEN_ZIP_MAGIC):
        return SEVEN_ZIP
    if looks_like_tar(head[:512]):
        return TAR
    if codec_id := detect(head):
        return get(codec_id)
    hinted = by_extension(name_hint or "")
    return hinted if hinted and hinted.id in _UNMARKED and head else None


def by_extension(name: str) -> Format | None:
    """The (outermost) format that the end of a file's name speaks of."""
    lower = name.lower()
    for item in all_formats().values():
        if lower.endswith(item.extensions + item.short):
            return item
    return None


def name_inside(name: str, item: Format) -> str:
    """The name for what is inside a compressed stream: `a.txt` for `a.txt.gz`, `b.tar` for `b.tgz`.

    Where the name does not speak of the format, `.out` is put behind.
    """
    lower = name.lower()
    for ending in item.extensions:
        if lower.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    for ending in item.short:
        if lower.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)] + ".tar"
    return name + ".out"
