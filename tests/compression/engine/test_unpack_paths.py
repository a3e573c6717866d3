"""Paths and kinds of members, as archives state them: lenient in what is read, and nothing leads elsewhere."""

import tarfile
import zlib

import pytest

from tests.compression.engine.archive_samples import ZipEntry, unpacked, zip_of
from tests.compression.engine.bombs import member, sevenzip, tar_of

pytestmark = pytest.mark.usefixtures("hostile_host")

ODD_NAMES = {
    b"\xff\xfe.txt": "\u00a0\u25a0.txt",
    "ünï".encode(): "ünï",
    "ünï".encode("cp437"): "ünï",
}


@pytest.mark.parametrize("stored", ODD_NAMES)
def test_names_are_decoded_leniently(stored: bytes):
    assert list(unpacked(zip_of(ZipEntry(stored, b"x"))).files) == [ODD_NAMES[stored]]


def test_a_zip_name_may_be_stored_twice():
    field = b"\x01" + zlib.crc32(b"a").to_bytes(4, "little") + "ж".encode()
    extra = b"\x75\x70" + len(field).to_bytes(2, "little") + field
    assert list(unpacked(zip_of(ZipEntry(b"a", b"x", extra=extra))).files) == ["ж"]
    stale = extra.replace(field[1:5], b"\0\0\0\0")
    assert list(unpacked(zip_of(ZipEntry(b"a", b"x", extra=stale))).files) == ["a"]


@pytest.mark.parametrize(
    "kind", [tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"V"]
)
def test_tar_members_that_are_no_files_are_refused(kind: bytes):
    out = unpacked(tar_of((member("odd", 0, kind), b""), (member("even", 1), b"x")))
    assert list(out.refused) == ["odd"]
    assert out.files == {"even": b"x"}


def test_unix_kinds_in_zip():
    kinds = {0o120777: "link", 0o010644: "other", 0o060644: "other"}
    for mode, refusal in kinds.items():
        assert unpacked(zip_of(ZipEntry(b"a", b"b", attributes=mode << 16))).refused == {"a": refusal}


HOSTILE_PATHS = {
    "/etc/passwd": "absolute",
    "//server/share/a": "absolute",
    "\\\\?\\C:\\a": "absolute",
    "../a": "escapes",
    "a/../../b": "escapes",
    "..\\..\\a": "escapes",
    "C:\\Windows\\a": "drive",
    "c:a": "drive",
    "a\nb": "unprintable",
    "\x1b[2Ja": "unprintable",
    "\u2028": "unprintable",
    "a" * 256: "too_long",
    "é" * 128: "too_long",
    "/".join(["a" * 100] * 11): "too_long",
    "a/" * 32 + "b": "too_deep",
    "./.": "empty",
    "a\0b": "unprintable",
}


def pax_named(path: str) -> bytes:
    """A tar archive of one file with any path at all."""
    body = f" path={path}\n".encode()
    length = next(n for n in range(len(body), len(body) + 9) if len(str(n)) + len(body) == n)
    record = str(length).encode() + body
    return tar_of((member("x", len(record), tarfile.XHDTYPE), record), (member("x", 1), b"x"))


def sevenzip_named(path: str) -> bytes:
    """A 7z archive of one empty file."""
    name = f"{path}\0".encode("utf-16-le")
    names = b"\x11\xff" + (len(name) + 1).to_bytes(8, "little") + b"\0" + name
    return sevenzip(b"\1\5\1" + b"\x0e\1\x80" + b"\x0f\1\x80" + names + b"\0\0")


@pytest.mark.parametrize(("path", "refusal"), HOSTILE_PATHS.items(), ids=lambda value: ascii(value)[:20])
def test_paths_that_lead_elsewhere_are_refused_in_every_archive(path: str, refusal: str):
    made = {"zip": zip_of(ZipEntry(path.encode(), b"x")), "pax": pax_named(path)}
    if "\0" not in path:  # where a name ends in 7z
        made["7z"] = sevenzip_named(path)
    for form, data in made.items():
        out = unpacked(data)
        assert out.files == {}, form
        assert out.refused == {path: refusal}, form


def test_paths_that_differ_in_case_alone_are_two_files():
    paths = ["A/b", "a/b", "a/B"]
    out = unpacked(zip_of(*(ZipEntry(path.encode(), path.encode()) for path in paths)))
    assert out.files == {path: path.encode() for path in paths}


@pytest.mark.parametrize(("link", "kind"), [("/etc/passwd", tarfile.SYMTYPE), ("../../x", tarfile.LNKTYPE)])
def test_nothing_is_written_through_a_link(link: str, kind: bytes):
    """A link that leads out, and then a file below it or in its place."""
    info = member("folder", 0, kind)
    info.linkname = link
    out = unpacked(tar_of((info, b""), (member("folder/a", 1), b"x"), (member("folder", 1), b"y")))
    assert out.refused == {"folder": "duplicate"}
    assert out.files == {"folder/a": b"x"}
    assert [one.refusal for one in out.members] == ["link", None, "duplicate"]


def test_duplicates_are_refused():
    out = unpacked(zip_of(ZipEntry(b"a", b"1"), ZipEntry(b"./a", b"2"), ZipEntry(b"a/b", b"3")))
    assert out.files == {"a": b"1"}
    assert out.refused == {"./a": "duplicate", "a/b": "duplicate"}
