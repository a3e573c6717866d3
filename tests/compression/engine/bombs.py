"""Archives made to do harm: small ones that grow, that never end, that lie, that take too much to look at.

Each is made on the fly. `BOMBS` says for each how the engine has to end it under `LIMITS`: with an error, by refusing
members, or without harm.
"""

import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from compression.engine.archives.sevenzip_header import MAGIC
from compression.engine.codecs import codec_from
from compression.engine.errors import (
    CorruptStream,
    EngineError,
    LimitExceeded,
    TruncatedStream,
    UnknownFormat,
)
from compression.engine.limits import ArchiveLimits
from tests.compression.engine.archive_samples import ZipEntry, zip_of
from tests.compression.engine.quine import gzip_quine
from tests.compression.engine.samples import MiB, prose

LIMITS = ArchiveLimits(
    max_output_bytes=8 * MiB,
    max_memory_bytes=96 * MiB,
    max_ratio=1000,
    ratio_floor_bytes=4 * MiB,
    max_cpu_seconds=10,
    max_wall_seconds=60,
    max_members=2000,
)
ZEROS = 64 * MiB


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """A tar archive; each member's header says what it is told to."""
    out = b""
    for info, data in members:
        out += info.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % 512)
    return out + bytes(1024)


def member(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    """A header."""
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info


def zeros_in(codec_id: str, size: int = ZEROS) -> bytes:
    """A tar archive with a large file of zeros, compressed."""
    head = member("zeros", size).tobuf(tarfile.GNU_FORMAT)
    chunks = [head, *[bytes(MiB)] * (size // MiB), bytes(1024)]
    level = {"zstd": 1, "gzip": 1, "bzip2": 1, "xz": 0, "brotli": 1}[codec_id]
    return b"".join(codec_from({"id": codec_id, "level": level}).encode_chunks(chunks))


def nested(depth: int) -> bytes:
    """ZIP in ZIP in ZIP: at each level four more, with zeros at the bottom, as in 42.zip."""
    inner = bytes(MiB)
    for level in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(4):
                archive.writestr(zipfile.ZipInfo(f"{level}-{number}.zip"), inner, zipfile.ZIP_DEFLATED)
        inner = out.getvalue()
    return inner


def overlapping(count: int = 500) -> bytes:
    """Many entries that share one block of data."""
    data = bytes(MiB)
    packed = zlib.compress(data)[2:-4]
    first = ZipEntry(b"0", data, packed, method=8)
    others = [
        ZipEntry(b"%d" % number, data, packed, method=8, offset=0, local_name=b"0")
        for number in range(1, count)
    ]
    body = first.local()
    directory = b"".join(entry.central(0) for entry in (first, *others))
    return (
        body
        + directory
        + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    )


def quoting(count: int = 500) -> bytes:
    """Fifield's better one: each entry's data hold, as a stored block, the header of the next and so all of them."""
    kernel = bytes(MiB)
    packed, data = zlib.compress(kernel)[2:-4], kernel
    files: list[tuple[ZipEntry, bytes]] = []
    tail = b""
    for number in reversed(range(count)):
        if files:
            header = tail[: 30 + len(files[-1][0].name)]
            packed = b"\0" + struct.pack("<HH", len(header), len(header) ^ 0xFFFF) + header + packed
            data = header + data
        entry = ZipEntry(b"%03d" % number, data, packed, method=8)
        head = entry.local()[: 30 + len(entry.name)]
        tail = head + packed
        files.append((entry, tail))
    body, directory = tail, b""
    for entry, rest in reversed(files):
        directory += entry.central(len(body) - len(rest))
    return (
        body
        + directory
        + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    )


def sparse() -> bytes:
    """GNU's old form: a header that speaks of eight terabytes, and holds nothing."""
    info = member("sparse", 0, tarfile.GNUTYPE_SPARSE)
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT)[:512])
    block[483:495] = b"\x80" + (8 << 40).to_bytes(11, "big")
    return bytes(_summed(block)) + bytes(1024)


def endless_sparse_map() -> bytes:
    """A map of a sparse file that goes on and on."""
    block = bytearray(member("sparse", 0, tarfile.GNUTYPE_SPARSE).tobuf(tarfile.GNU_FORMAT)[:512])
    block[482] = 1
    return gzip.compress(bytes(_summed(block)) + (bytes(504) + b"\1" + bytes(7)) * 60_000, 1)


def _summed(block: bytearray) -> bytearray:
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return block


def huge_pax() -> bytes:
    """An extended header of a gigabyte."""
    return gzip.compress(member("x", 1 << 30, tarfile.XHDTYPE).tobuf(tarfile.GNU_FORMAT) + bytes(4 * MiB), 1)


def long_pax_value() -> bytes:
    """A name of a million letters."""
    record = b"1000014 path=" + b"a" * 1_000_000 + b"\n"
    return gzip.compress(
        tar_of((member("x", len(record), tarfile.XHDTYPE), record), (member("a", 0), b"")), 1
    )


def pax_without_end() -> bytes:
    """Extended headers, one after the other, and never a member."""
    record = b"12 mtime=1.\n"
    header = member("x", 12, tarfile.XHDTYPE).tobuf(tarfile.GNU_FORMAT) + record.ljust(512, b"\0")
    return gzip.compress(header * 60_000, 1)


def many_members(count: int = 20_000) -> bytes:
    """Empty files."""
    header = [member(f"{number}", 0).tobuf(tarfile.GNU_FORMAT) for number in range(count)]
    return gzip.compress(b"".join(header) + bytes(1024), 1)


def many_entries(count: int = 20_000) -> bytes:
    """Empty entries of a ZIP archive."""
    return zip_of(*(ZipEntry(b"%d" % number) for number in range(count)))


def uncounted_entries() -> bytes:
    """As many, but the end says that there are two."""
    return zip_of(*(ZipEntry(b"%d" % number) for number in range(20_000)), count=2)


def deep_paths() -> bytes:
    """Paths of thousands of folders."""
    return zip_of(*(ZipEntry(b"a/" * 10_000 + b"%d" % number) for number in range(20)))


def many_folders() -> bytes:
    """Few members, and folders by the thousand."""
    names = [b"/".join(b"%d-%d" % (number, level) for level in range(31)) for number in range(500)]
    return zip_of(*(ZipEntry(name + b"/x") for name in names))


def sevenzip(table: bytes, packed: bytes = b"") -> bytes:
    """A 7z archive with any table of contents."""
    start = struct.pack("<QQI", len(packed), len(table), zlib.crc32(table))
    return MAGIC + b"\0\4" + struct.pack("<I", zlib.crc32(start)) + start + packed + table


def number(value: int) -> bytes:
    """A number as 7z writes it, in nine bytes."""
    return b"\xff" + struct.pack("<Q", value)


def absurd_dictionary(method: bytes, properties: bytes) -> bytes:
    """One file, with a method that wants gigabytes."""
    coder = bytes([0x20 | len(method)]) + method + bytes([len(properties)]) + properties
    streams = b"\x06\0\1\x09\x10\0" + b"\x07\x0b\1\0\1" + coder + b"\x0c\x10\x0a\1\0\0\0\0\0\0"
    name = "a\0".encode("utf-16-le")
    files = b"\x05\1\x11" + bytes([len(name) + 1]) + b"\0" + name + b"\0"
    return sevenzip(b"\1\x04" + streams + files + b"\0", bytes(16))


def packed_table() -> bytes:
    """A table of contents that unpacks to a gigabyte."""
    packed = b"".join(codec_from({"id": "bzip2", "level": 1}).encode_chunks([bytes(MiB)] * 64))
    coder = b"\x03\x04\x02\x02"
    streams = (
        b"\x06\0\1\x09" + number(len(packed)) + b"\0" + b"\x07\x0b\1\0\1" + coder + b"\x0c" + number(1 << 30)
    )
    return sevenzip(b"\x17" + streams + b"\0\0", packed)


def members_of_gzip() -> bytes:
    """Empty gzip members, by the thousand, and nothing in any."""
    return gzip.compress(b"") * 50_000


def lying_gzip() -> bytes:
    """Says at its end that it holds ten bytes."""
    packed = bytearray(zeros_in("gzip"))
    packed[-4:] = struct.pack("<I", 10)
    return bytes(packed)


def lying_zstd(size: int) -> bytes:
    """A frame that states a size it has not."""
    honest = codec_from({"id": "zstd"}).encode(tar_of((member("a", 1000), prose(1000))))
    assert honest[4] >> 6 == 1, "two bytes hold the size"
    return honest[:4] + bytes([honest[4] | 0xC0]) + struct.pack("<Q", size) + honest[7:]


def lying_xz() -> bytes:
    """The index says one byte."""
    packed = bytearray(lzma.compress(prose(100_000)))
    packed[-20] ^= 0x55
    return bytes(packed)


def hungry_xz() -> bytes:
    """A block that wants a dictionary of 3 GiB: the byte behind the filter's id and size says so."""
    packed = bytearray(lzma.compress(tar_of()))
    assert packed[14:16] == b"\x21\x01"
    packed[16] = 39
    packed[20:24] = struct.pack("<I", zlib.crc32(packed[12:20]))
    return bytes(packed)


@dataclass(frozen=True)
class Bomb:
    """How it is made, and how it has to end: the error that ends all, or what members are refused or fail for."""

    make: Callable[[], bytes]
    error: type[EngineError] | None = None
    refused: str = ""
    failed: type[EngineError] | None = None


def zip_that_lies(**lies: Any) -> Callable[[], bytes]:
    """A ZIP archive of one entry, of which the headers say other things."""
    data = bytes(MiB)
    return lambda: zip_of(replace(ZipEntry(b"a", data, zlib.compress(data)[2:-4], method=8), **lies))


def hungry_zip() -> bytes:
    """An entry that wants a dictionary of 4 GiB."""
    return zip_of(ZipEntry(b"a", b"a", b"\t\4\5\0\x5d\xff\xff\xff\xff" + bytes(20), method=14))


BOMBS: dict[str, Bomb] = {
    # Small ones that grow
    "zeros in gzip": Bomb(partial(zeros_in, "gzip"), LimitExceeded),
    "zeros in zstd": Bomb(partial(zeros_in, "zstd"), LimitExceeded),
    "zeros in bzip2": Bomb(partial(zeros_in, "bzip2"), LimitExceeded),
    "zeros in xz": Bomb(partial(zeros_in, "xz"), LimitExceeded),
    "zeros in brotli": Bomb(partial(zeros_in, "brotli"), LimitExceeded),
    "42": Bomb(lambda: nested(4)),
    "layers": Bomb(
        lambda: gzip.compress(gzip.compress(gzip.compress(gzip.compress(tar_of())))), UnknownFormat
    ),
    "quine": Bomb(gzip_quine, UnknownFormat),
    "overlapping entries": Bomb(overlapping, CorruptStream),
    "quoting entries": Bomb(quoting, EngineError),
    # Ones that lie
    "zip: larger than it states": Bomb(zip_that_lies(size=1000), failed=CorruptStream),
    "zip: smaller than it states": Bomb(zip_that_lies(size=2 * MiB), failed=CorruptStream),
    "zip: states a terabyte": Bomb(zip_that_lies(size=0xFFFFFFFE), LimitExceeded),
    "zip: two sizes": Bomb(zip_that_lies(local_size=1000), CorruptStream),
    "zip: another checksum": Bomb(zip_that_lies(crc=1), failed=CorruptStream),
    "zip: another name": Bomb(zip_that_lies(local_name=b"b"), CorruptStream),
    "tar: states a terabyte": Bomb(lambda: tar_of((member("a", 1 << 40), b"a")), TruncatedStream),
    "gzip: states ten bytes": Bomb(lying_gzip, LimitExceeded),
    "zstd: states a terabyte": Bomb(lambda: lying_zstd(1 << 40), LimitExceeded),
    "zstd: states a byte": Bomb(lambda: lying_zstd(1), CorruptStream),
    "xz: another index": Bomb(lying_xz, EngineError),
    # Ones that speak of what is not there
    "sparse": Bomb(sparse, refused="sparse"),
    "sparse without end": Bomb(endless_sparse_map, EngineError),
    "pax: a gigabyte": Bomb(huge_pax, LimitExceeded),
    "pax: a long name": Bomb(long_pax_value, refused="too_long"),
    "pax: without end": Bomb(pax_without_end, EngineError),
    # Ones that are many
    "tar: many members": Bomb(many_members, LimitExceeded),
    "zip: many members": Bomb(many_entries, LimitExceeded),
    "zip: more members than it states": Bomb(uncounted_entries, CorruptStream),
    "gzip: many members": Bomb(members_of_gzip, UnknownFormat),
    "deep paths": Bomb(deep_paths, refused="too_deep"),
    "many folders": Bomb(many_folders, LimitExceeded),
    # Ones that want memory
    "7z: a dictionary of 4 GiB": Bomb(lambda: absurd_dictionary(b"\x21", b"\x28"), LimitExceeded),
    "7z: LZMA with 4 GiB": Bomb(lambda: absurd_dictionary(b"\3\1\1", b"\x5d\xff\xff\xff\xff"), LimitExceeded),
    "7z: PPMd with 2 GiB": Bomb(lambda: absurd_dictionary(b"\3\4\1", b"\x06\0\0\0\x80"), LimitExceeded),
    "7z: a table of a gigabyte": Bomb(packed_table, LimitExceeded),
    "7z: 2^60 files": Bomb(lambda: sevenzip(b"\1\5" + number(1 << 60)), LimitExceeded),
    "7z: 2^60 folders": Bomb(lambda: sevenzip(b"\1\4\7\x0b" + number(1 << 60)), CorruptStream),
    "7z: a property of 2^60 bytes": Bomb(lambda: sevenzip(b"\1\2\1" + number(1 << 60)), TruncatedStream),
    "zip: LZMA with 4 GiB": Bomb(hungry_zip, failed=LimitExceeded),
    "xz: a dictionary of 3 GiB": Bomb(hungry_xz, LimitExceeded),
}
