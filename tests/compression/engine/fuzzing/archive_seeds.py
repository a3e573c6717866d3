"""Valid archives: those of other programs, those of our writers, and small ones whose headers weigh more."""

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import BinaryIO

from compression.engine.archives.writing import Entry, write_tar, write_zip
from compression.engine.codecs import codec_from
from tests.compression.engine.archive_samples import CONTENT, GOLDEN, ZipEntry, zip_of
from tests.compression.engine.samples import prose

SMALL = {"a.txt": prose(300), "folder/b.txt": prose(500, seed=2), "c": b""}
LINK = b"prose.txt"
"""What the links in the golden archives hold, which come out as files where their kind is changed."""
Archive = tuple[str, bytes, tuple[bytes, ...]]
"""A name that ends in the format's id, the bytes, and the contents of its files."""


def archives() -> Iterator[Archive]:
    """All of them."""
    for path in sorted(GOLDEN.iterdir()):
        yield path.name, path.read_bytes(), (*CONTENT.values(), LINK)
    small = (*SMALL.values(),)
    for name, data in {**_zips(), **_tars(), **_written()}.items():
        yield name, data, small


def _zips() -> dict[str, bytes]:
    methods = {
        0: lambda data: data,
        8: lambda data: zlib.compress(data)[2:-4],
        93: codec_from({"id": "zstd"}).encode,
        95: lzma.compress,
    }
    made = {
        f"method {number}.zip": zip_of(
            *(ZipEntry(path.encode(), data, pack(data), number) for path, data in SMALL.items())
        )
        for number, pack in methods.items()
    }
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        made[f"descriptors {method}.zip"] = _descriptors(method)
    return made


class _Unseekable(io.BytesIO):
    """A pipe: the sizes have to follow the data."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise OSError

    def tell(self) -> int:
        raise OSError


def _descriptors(method: int) -> bytes:
    out = _Unseekable()
    with zipfile.ZipFile(out, "w", method) as archive:
        for number, (path, data) in enumerate(SMALL.items()):
            with archive.open(zipfile.ZipInfo(path), "w", force_zip64=number == 0) as entry:
                entry.write(data)
    return out.getvalue()


def _tars() -> dict[str, bytes]:
    made = {}
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as archive:
            for path, data in SMALL.items():
                info = tarfile.TarInfo(path if form == tarfile.USTAR_FORMAT else "long/" * 25 + path)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        packed = out.getvalue().rstrip(b"\0")
        made[f"small {form}.tar"] = packed + bytes(-len(packed) % tarfile.BLOCKSIZE + 1024)
    return made


def _written() -> dict[str, bytes]:
    """By the product itself."""
    tar, zipped, deflated = io.BytesIO(), io.BytesIO(), io.BytesIO()
    write_tar(tar, _entries())
    write_zip(zipped, _entries())
    write_zip(deflated, _entries(), compress=True)
    return {
        "ours.tar": tar.getvalue(),
        "ours, stored.zip": zipped.getvalue(),
        "ours, deflated.zip": deflated.getvalue(),
    }


def _opened(data: bytes) -> AbstractContextManager[BinaryIO]:
    return nullcontext(io.BytesIO(data))


def _entries() -> Iterator[Entry]:
    for path, data in SMALL.items():
        yield Entry(path, len(data), 1e9, partial(_opened, data))
