"""Archives for the tests, good and bad."""

import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterable

from backports import zstd

Named = tuple[str, bytes]
FILES: list[Named] = [("a.txt", b"one\n"), ("in/deep/b.json", b"{}"), ("in/a.txt", b"two\n"), ("leer", b"")]


def zipped(files: Iterable[Named], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content, method)
    return target.getvalue()


def tarred(files: Iterable[Named], mode: str = "w") -> bytes:
    """Return a tar archive, compressed as `mode` says."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def with_special_members() -> bytes:
    """Return a tar archive with links, a device, a path that escapes, and one good file."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, kind in (
            ("soft", tarfile.SYMTYPE),
            ("hard", tarfile.LNKTYPE),
            ("dev", tarfile.CHRTYPE),
            ("pipe", tarfile.FIFOTYPE),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        for name in ("../up", "/abs", "good.txt"):
            member = tarfile.TarInfo(name)
            member.size = 2
            archive.addfile(member, io.BytesIO(b"ok"))
    return target.getvalue()


def damaged(content: bytes) -> bytes:
    """Return a ZIP of two stored files, one of them not what its checksum says."""
    good = zipped([("bad.bin", content), ("good.txt", b"good")], zipfile.ZIP_STORED)
    at = good.index(content) + len(content) // 2
    return good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]


def truncated() -> bytes:
    """Return a compressed tar archive that ends within its third member."""
    files = [("1", b"1" * 10), ("2", b"2" * 10), ("3", bytes(range(256)) * 4000)]
    return zlib.compress(tarred(files), wbits=31)[:-600]


def encrypted() -> bytes:
    """Return a ZIP archive whose member says that it is encrypted."""
    plain = bytearray(zipped([("secret.txt", b"secret")], zipfile.ZIP_STORED))
    plain[6] |= 1
    plain[plain.index(b"PK\x01\x02") + 8] |= 1
    return bytes(plain)


def zst(data: bytes) -> bytes:
    """Return the data as a zstd frame."""
    return bytes(zstd.compress(data))
