"""What we write is read by the standard programs, and the other way round.

They are Debian packages (zstd, gzip, xz-utils, bzip2, brotli, lz4, bzip3). A missing one is a failure: these formats
are promised.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from compression.engine.codecs import codec_from
from compression.engine.codecs.zstd import Zstd
from tests.compression.engine.samples import MiB, mixed, prose

DATA = mixed(1 * MiB)

# codec, settings, program with arguments to compress stdin to stdout, and to decompress
TOOLS = [
    ("gzip", {}, "gzip -c", "gzip -dc"),
    ("gzip", {"level": 0, "window_log": 9}, "gzip -1c", "gzip -dc"),
    ("xz", {}, "xz -0c", "xz -dc"),
    ("xz", {"level": 1, "check": "sha256", "literal_context": 4}, "xz --check=crc32 -0c", "xz -dc"),
    ("lzma", {"level": 1}, "xz --format=lzma -0c", "xz --format=lzma -dc"),
    ("bzip2", {}, "bzip2 -c", "bzip2 -dc"),
    ("zstd", {}, "zstd -qc", "zstd -qdc"),
    ("zstd", {"level": 19}, "zstd -q --long=27 -c", "zstd -qdc"),
    ("zstd", {"long": True, "threads": 2}, "zstd -q --fast=3 -c", "zstd -qdc"),
    ("brotli", {}, "brotli -q 4 -c", "brotli -dc"),
    ("brotli", {"level": 1, "window_log": 24}, "brotli -q 9 -w 24 -c", "brotli -dc"),
    ("lz4", {}, "lz4 -qc", "lz4 -qdc"),
    ("lz4", {"level": 9, "block_size": "64KiB", "block_checksum": True}, "lz4 -9 -BD -q -c", "lz4 -qdc"),
    ("lz4", {"level": -5, "linked": False, "checksum": False}, "lz4 --fast=4 -q -c", "lz4 -qdc"),
    ("bzip3", {}, "bzip3 -ec", "bzip3 -dc"),
    ("bzip3", {"block_mib": 1}, "bzip3 -b 1 -ec", "bzip3 -dc"),
]
each_tool = pytest.mark.parametrize(("codec_id", "settings", "pack", "unpack"), TOOLS)
JOINABLE = [row for row in TOOLS if row[0] in {"gzip", "xz", "bzip2", "zstd", "lz4"}]


def tool(command: str, data: bytes, cwd: Path) -> bytes:
    """What a program makes of `data`."""
    words = command.split()
    assert shutil.which(words[0]), f"{words[0]} is not installed; see scripts/system-packages.sh"
    return subprocess.run(words, input=data, capture_output=True, check=True, cwd=cwd, timeout=60).stdout


@each_tool
@pytest.mark.parametrize("data", [DATA, b"", b"x"], ids=["mixed", "empty", "byte"])
def test_the_program_reads_what_we_write(codec_id, settings, pack, unpack, data, tmp_path):
    packed = codec_from({"id": codec_id, **settings}).encode(data)
    assert tool(unpack, packed, tmp_path) == data


@each_tool
def test_we_read_what_the_program_writes(codec_id, settings, pack, unpack, tmp_path):
    codec = codec_from({"id": codec_id})
    assert codec.decode(tool(pack, DATA, tmp_path)) == DATA


@pytest.mark.parametrize(("codec_id", "settings", "pack", "unpack"), JOINABLE)
def test_joined_files_are_read_by_both(codec_id, settings, pack, unpack, tmp_path):
    codec = codec_from({"id": codec_id, **settings})
    joined = codec.encode(prose(5000)) + tool(pack, prose(7000, seed=2), tmp_path)
    both = prose(5000) + prose(7000, seed=2)
    assert tool(unpack, joined, tmp_path) == both
    assert codec.decode(joined) == both


def test_streams_of_unknown_size_are_read(tmp_path):
    for codec_id, _, _, unpack in TOOLS:
        packed = b"".join(codec_from({"id": codec_id}).encode_chunks([DATA[:300_000]]))
        assert tool(unpack, packed, tmp_path) == DATA[:300_000]


def test_zstd_with_a_dictionary(tmp_path):
    dictionary = prose(4000, seed=9)
    (tmp_path / "dictionary").write_bytes(dictionary)
    codec = Zstd(dictionary=dictionary)
    assert tool("zstd -qdc -D dictionary", codec.encode(prose(3000)), tmp_path) == prose(3000)
    assert codec.decode(tool("zstd -qc -D dictionary", prose(3000), tmp_path)) == prose(3000)


def test_gzip_padding_and_xz_padding(tmp_path):
    for codec_id, unpack in (("gzip", "gzip -dc"), ("xz", "xz -dc")):
        padded = codec_from({"id": codec_id}).encode(prose(3000)) + bytes(512)
        assert tool(unpack, padded, tmp_path) == codec_from({"id": codec_id}).decode(padded) == prose(3000)
