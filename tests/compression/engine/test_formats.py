"""Telling formats apart, and looking into files without unpacking them."""

import bz2
import gc
import gzip
import io
import lzma
import struct
import tarfile

import pytest

from compression.engine import formats, inspecting
from compression.engine.codecs import Codec, codec_from
from compression.engine.codecs.zstd import Zstd, zstd
from compression.engine.declared import declared
from compression.engine.errors import UnknownFormat
from compression.engine.inspecting import LOOK_OUTPUT, Certainty, Info
from compression.engine.isolation import inspect
from compression.engine.isolation.client import memory_file
from compression.engine.limits import ArchiveLimits, MiB
from compression.engine.source import Source
from tests.compression.engine.archive_samples import GOLDEN, ZipEntry, zip_of
from tests.compression.engine.bombs import member, tar_of
from tests.compression.engine.catalogue import every_codec, every_variant
from tests.compression.engine.samples import mixed, noise, prose
from tests.compression.engine.test_detect import SKIPPABLE

pytestmark = pytest.mark.usefixtures("hostile_host")

DATA = mixed(300_000)


def looked_at(data: bytes, name: str = "") -> Info:
    """What `inspect` says of a file."""
    with memory_file(data) as source:
        return inspect(source.fileno(), name_hint=name)


def test_every_format_is_listed():
    known = formats.all_formats()
    assert {
        "gzip",
        "zstd",
        "brotli",
        "lz4",
        "xz",
        "lzma",
        "bzip2",
        "bzip3",
        "snappy",
        "blosc2",
        "zlib",
    } < set(known)
    assert {"zip", "tar", "7z"} == {item.id for item in known.values() if item.is_archive}
    endings = [ending for item in known.values() for ending in item.extensions + item.short]
    assert len(set(endings)) == len(endings)
    with pytest.raises(UnknownFormat, match="zstd"):
        formats.get("nonsense")


@every_codec
def test_streams_are_recognised(codec: Codec):
    found = formats.recognise(codec.encode(prose(5000)))
    expected = None if codec.id in {"brotli", "deflate", "store"} else codec.id
    assert (found and found.id) == expected


@pytest.mark.parametrize("path", sorted(GOLDEN.iterdir()), ids=lambda path: path.name)
def test_archives_are_recognised(path):
    found = formats.recognise(path.read_bytes()[: formats.HEAD_BYTES])
    assert found == formats.by_extension(path.name)
    assert found
    assert found.is_archive


def test_only_unmarked_formats_are_taken_from_the_name():
    assert formats.recognise(noise(5000), "a.br") == formats.get("brotli")
    assert formats.recognise(noise(5000), "a.deflate") == formats.get("deflate")
    assert formats.recognise(noise(5000), "a.gz") is None
    assert formats.recognise(b"", "a.br") is None
    assert formats.recognise(gzip.compress(b""), "a.br") == formats.get("gzip")


@pytest.mark.parametrize("data", [b"", b"x", prose(5000), noise(5000), bytes(5000), b"PK", b"ustar" * 200])
def test_other_content_is_not_recognised(data: bytes):
    assert formats.recognise(data) is None
    assert looked_at(data) == Info()


NAMES = [
    ("a.txt.gz", "gzip", "a.txt"),
    ("a.tar.zst", "zstd", "a.tar"),
    ("A.TGZ", "gzip", "A.tar"),
    ("a.txz", "xz", "a.tar"),
    ("a", "gzip", "a.out"),
    (".gz", "gzip", ".gz.out"),
    ("a.gz", "xz", "a.gz.out"),
]


@pytest.mark.parametrize(("name", "format_id", "inside"), NAMES)
def test_names_inside(name: str, format_id: str, inside: str):
    assert formats.name_inside(name, formats.get(format_id)) == inside


@every_variant
def test_streams_are_looked_into(codec: Codec):
    if codec.id in {"store", "deflate"}:
        return
    info = looked_at(codec.encode(DATA))
    assert info.formats == (codec.id,)
    if getattr(codec, "dictionary", None):
        assert info.problem
    else:
        assert (info.certainty, info.content_size, info.exact) == (Certainty.SURE, len(DATA), True)
        assert info.problem == ""


LARGE = bytes(LOOK_OUTPUT + MiB)


@pytest.mark.parametrize(
    ("codec_id", "size"), [("zstd", len(LARGE)), ("lz4", len(LARGE)), ("xz", len(LARGE)), ("gzip", None)]
)
def test_what_large_streams_declare(codec_id: str, size: int | None):
    info = looked_at(codec_from({"id": codec_id, "level": 1}).encode(LARGE))
    assert (info.formats, info.content_size, info.exact) == ((codec_id,), size, False)


DECLARED = {
    "zstd": Zstd().encode(DATA),
    "lz4": codec_from({"id": "lz4", "block_checksum": True}).encode(DATA),
    "xz": lzma.compress(DATA),
}


@pytest.mark.parametrize("codec_id", DECLARED)
def test_frames_are_counted(codec_id: str):
    one = DECLARED[codec_id]
    padding = b"" if codec_id == "xz" else SKIPPABLE
    with memory_file(one + padding + one + (bytes(8) if codec_id == "xz" else b"")) as source:
        said = declared(codec_id, Source(source.fileno()))
    assert (said.size, said.members) == (2 * len(DATA), 2)


def test_lzma_declares_its_size_or_not():
    known = codec_from({"id": "lzma"}).encode(DATA)
    with memory_file(known) as source:
        assert declared("lzma", Source(source.fileno())).size is None
    with memory_file(known[:5] + struct.pack("<Q", 7) + known[13:]) as source:
        assert declared("lzma", Source(source.fileno())).size == 7


@pytest.mark.parametrize("codec_id", DECLARED)
def test_damaged_headers_declare_nothing_or_something(codec_id: str):
    for position in range(40):
        data = bytearray(DECLARED[codec_id])
        data[position] ^= 0x55
        data[-position - 1] ^= 0x55
        with memory_file(bytes(data)) as source:
            said = declared(codec_id, Source(source.fileno()))
        assert said.size is None or said.size >= 0


def test_dictionaries_are_named():
    samples = [b"name: %d, value: %d; " % (number, number * 7) * 5 for number in range(2000)]
    dictionary = zstd.train_dict(samples, 4096).dict_content
    info = looked_at(Zstd(dictionary=dictionary).encode(samples[0]))
    assert info.dictionary_id == zstd.ZstdDict(dictionary).dict_id
    assert info.formats == ("zstd",)
    assert "dictionary" in info.problem


def test_what_is_inside_is_named():
    tar = tar_of((member("a", 5), b"12345"), (member("b", 7), b"1234567"))
    assert looked_at(tar) == Info(("tar",), Certainty.SURE, content_size=12, exact=True, members=2)
    assert looked_at(bz2.compress(gzip.compress(tar))).formats == ("bzip2", "gzip", "tar")
    assert looked_at(bz2.compress(gzip.compress(tar))).members == 2
    assert looked_at(gzip.compress(zip_of(ZipEntry(b"a", b"x")))).formats == ("gzip", "zip")
    assert looked_at(gzip.compress(prose(100))).formats == ("gzip",)


def test_a_large_tar_is_not_walked():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("large")
        info.size = LOOK_OUTPUT
        archive.addfile(info, io.BytesIO(bytes(LOOK_OUTPUT)))
    assert looked_at(out.getvalue()) == Info(("tar",), Certainty.SURE)
    packed = looked_at(gzip.compress(out.getvalue(), 1))
    assert (packed.formats, packed.members) == (("gzip", "tar"), None)


@pytest.mark.parametrize(
    ("name", "encrypted"), [("info.zip", False), ("aes.zip", True), ("encrypted.7z", True)]
)
def test_archives_are_looked_into(name: str, encrypted: bool):
    info = looked_at((GOLDEN / name).read_bytes())
    assert (info.encrypted, info.members) == (encrypted, 8)
    assert info.content_size
    assert 7000 < info.content_size < 7500


def test_damage_is_told():
    assert "middle" in looked_at(gzip.compress(DATA)[:5000]).problem
    assert "missing" in looked_at((GOLDEN / "info.zip").read_bytes()[:-30]).problem
    assert "checksum" in looked_at((GOLDEN / "lzma.7z").read_bytes()[:-1] + b"!").problem


BROTLI = codec_from({"id": "brotli", "level": 5})


def test_brotli_is_found_by_trial():
    for size in (100, 3000, 300_000):
        info = looked_at(BROTLI.encode(prose(size)))
        assert (info.formats, info.certainty, info.content_size) == (("brotli",), Certainty.SURE, size)
    large = looked_at(BROTLI.encode(mixed(2 * MiB) + noise(MiB)))
    assert (large.formats, large.certainty) == (("brotli",), Certainty.LIKELY)


def test_the_name_helps_to_find_brotli():
    incompressible = BROTLI.encode(noise(2 * MiB))
    assert looked_at(incompressible) == Info()
    assert looked_at(incompressible, "a.br").certainty is Certainty.LIKELY
    small = BROTLI.encode(b"ab")
    assert looked_at(small) == Info()
    assert looked_at(small, "a.br").content_size == 2
    assert looked_at(noise(500), "a.br") == Info()
    assert "middle" in looked_at(BROTLI.encode(prose(5000))[:-1], "a.br").problem


def test_what_is_no_brotli_is_not_taken_for_it():
    for seed in range(150):
        for data in (
            noise(40 + seed * 17, seed=seed),
            prose(40 + seed * 17, seed=seed),
            mixed(3000, seed=seed),
        ):
            with memory_file(data) as source:
                assert inspecting.inspect(Source(source.fileno()), ArchiveLimits()) == Info()


def test_weakly_marked_formats_have_to_decode():
    assert looked_at(noise(3000), "a.deflate") == Info()
    assert looked_at(codec_from({"id": "deflate"}).encode(DATA), "a.deflate").formats == ("deflate",)
    assert looked_at(b"x\x9c and so on, but no zlib") == Info()


def test_a_look_at_a_damaged_stream_holds_nothing_behind():
    packed = bytearray(codec_from({"id": "zstd"}).encode(DATA))
    packed[-1] ^= 1
    gc.collect()
    with memory_file(bytes(packed)) as file:
        assert "checksum" in inspecting.inspect(Source(file.fileno()), ArchiveLimits()).problem
        assert gc.collect() == 0, "a decoder, and its memory, would be kept while what is inside is looked at"
