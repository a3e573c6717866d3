"""Archives that other programs made, of every kind and method that is read, stay readable for ever.

They were made once by 7-Zip 26.02, Info-ZIP 3.0 and GNU tar 1.34 and are never changed.
"""

import bz2
import gzip
import lzma
from collections.abc import Callable

import pytest

from compression.engine.codecs import codec_from
from compression.engine.errors import Encrypted
from compression.engine.isolation import inspect
from compression.engine.isolation.client import memory_file
from tests.compression.engine.archive_samples import CONTENT, GOLDEN, unpacked
from tests.compression.engine.samples import prose

pytestmark = pytest.mark.usefixtures("hostile_host")

LINK = {"folder/link": "link"}
FILLED = {path for path, content in CONTENT.items() if content}
SPECIAL = {
    "aes.zip": {**dict.fromkeys(CONTENT, "encrypted"), "folder/link": "encrypted"},
    "encrypted.zip": {**dict.fromkeys(CONTENT, "encrypted"), "folder/link": "encrypted"},
    "encrypted.7z": {**dict.fromkeys(FILLED, "encrypted"), "folder/link": "encrypted"},
    "arm64.7z": {**dict.fromkeys(FILLED, "method"), "folder/link": "method"},
    "ppmd.zip": {**dict.fromkeys(FILLED, "method"), **LINK},
    "stream.zip": {},
}
SPARSE = ("sparse-gnu.tar", "sparse-pax.tar")
ARCHIVES = sorted(path.name for path in GOLDEN.iterdir())
WHOLE = [name for name in ARCHIVES if name not in (*SPARSE, "encrypted-names.7z")]


@pytest.mark.parametrize("name", WHOLE)
def test_members_come_out_or_are_refused(name: str):
    out = unpacked((GOLDEN / name).read_bytes())
    refused = SPECIAL.get(name, LINK)
    assert out.refused == refused
    assert out.files == {path: content for path, content in CONTENT.items() if path not in refused}
    folders = {member.path for member in out.members if member.kind == "directory"}
    assert folders == {"folder", "folder/deeper", "folder/hollow"}
    assert not out.failed
    assert out.report
    assert out.report.formats == (name.rpartition(".")[2],)
    assert (out.report.members, out.report.files) == (len(out.members), len(out.files))
    assert out.report.content_size == sum(map(len, out.files.values()))


@pytest.mark.parametrize("name", [name for name in WHOLE if name not in {"stream.zip", "v7.tar"}])
def test_times_are_read(name: str):
    out = unpacked((GOLDEN / name).read_bytes(), contents=False)
    prose_file = next(member for member in out.members if member.stored_path == "folder/prose.txt")
    assert prose_file.modified == 1_700_000_000
    assert prose_file.size == 3000


@pytest.mark.parametrize("name", SPARSE)
def test_sparse_files_are_refused_and_the_rest_is_read(name: str):
    out = unpacked((GOLDEN / name).read_bytes())
    assert out.refused == {"sparse": "sparse"}
    assert out.files == {"folder/prose.txt": prose(3000)}


def test_encrypted_names_are_told():
    data = (GOLDEN / "encrypted-names.7z").read_bytes()
    with pytest.raises(Encrypted, match="names"):
        unpacked(data)
    with memory_file(data) as source:
        info = inspect(source.fileno())
    assert (info.formats, info.encrypted) == (("7z",), True)


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    **{
        name: codec_from({"id": name}).encode for name in ("zstd", "lz4", "brotli", "zlib", "bzip3", "snappy")
    },
}


@pytest.mark.parametrize("layer", PACKERS)
def test_tar_inside_any_stream(layer: str):
    packed = PACKERS[layer]((GOLDEN / "pax.tar").read_bytes())
    out = unpacked(packed)
    assert out.files == CONTENT
    assert out.report
    assert out.report.formats == (layer, "tar")
    assert out.report.packed_size == len(packed)
    with memory_file(packed) as source:
        info = inspect(source.fileno())
    assert (info.formats, info.members, info.content_size) == ((layer, "tar"), 8, 30720)


def test_layers_upon_layers():
    packed = gzip.compress(lzma.compress(bz2.compress((GOLDEN / "gnu.tar").read_bytes())))
    out = unpacked(packed)
    assert out.files == CONTENT
    assert out.report
    assert out.report.formats == ("gzip", "xz", "bzip2", "tar")
