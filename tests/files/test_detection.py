"""What a file is: bytes first, the name as a hint."""

import gzip
import io
import json
import struct
import tarfile
import time
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.choices import Kind
from files.detection import HEAD_BYTES, detect


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "text")
    return target.getvalue()


def tarred() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return target.getvalue()


ROWS = "time,place,value\n" + "".join(f"2026-01-01 10:{n:02},here,{n}\n" for n in range(50))
LINES = "".join(json.dumps({"n": n, "text": "some words"}) + "\n" for n in range(50))
CASES = [
    ("empty", b"", Kind.EMPTY),
    (
        "prose",
        b"It was a bright cold day in April, and the clocks, all of them, were\nstriking, well, late.\n",
        Kind.TEXT,
    ),
    ("utf16", "\ufeffWords in two bytes each, and more.".encode("utf-16-le"), Kind.TEXT),
    ("utf16-no-mark", "Words in two bytes each.".encode("utf-16-be"), Kind.TEXT),
    ("latin1", "Über die Brücke führt kein schöner Weg.".encode("latin-1"), Kind.TEXT),
    ("log", b"2026-01-01 10:00:00,123 INFO started\n2026-01-01 10:00:01,007 WARN slow\n", Kind.LOG),
    ("access-log", b'1.2.3.4 - - [05/Jan/2026:08:00:01 +0000] "GET / HTTP/1.1" 200 12\n' * 4, Kind.LOG),
    ("csv", ROWS.encode(), Kind.CSV),
    ("tsv", ROWS.replace(",", "\t").encode(), Kind.CSV),
    ("json", json.dumps({"a": [1, 2.5e3, None, True, "x\\"]}).encode(), Kind.JSON),
    ("json-array", json.dumps([{"n": n} for n in range(9)], indent=1).encode(), Kind.JSON),
    ("ndjson", LINES.encode(), Kind.NDJSON),
    ("xml", b'<?xml version="1.0"?><a><b/></a>', Kind.XML),
    ("xml-bare", b"<note>\n<to>Ada</to></note>", Kind.XML),
    ("svg", b'<svg xmlns="http://www.w3.org/2000/svg"><path/></svg>', Kind.XML),
    ("html", b"<!-- x -->\n<!DOCTYPE html><title>x</title>", Kind.HTML),
    ("sql", b"-- dump\nCREATE TABLE a (b int);\nINSERT INTO a VALUES (1);\n", Kind.SQL),
    ("python", b"#!/usr/bin/env python3\nprint(1)\n", Kind.SOURCE),
    ("c", b"#include <stdio.h>\n\nint main(void) {\n  return 0;\n}\n#define X\n", Kind.SOURCE),
    ("markdown", b"# Title\n\nSee [this](http://x).\n\n## More\n", Kind.MARKDOWN),
    ("fasta", b">seq1 words\nACGTACGTACGTNNACGT\nACGT\n", Kind.GENOME),
    ("fastq", b"@r1\nACGT\n+\nIIII\n@r2\nACGT\n+\nIIII\n", Kind.GENOME),
    ("png", b"\x89PNG\r\n\x1a\n" + bytes(40), Kind.IMAGE),
    ("jpeg", b"\xff\xd8\xff\xe0" + bytes(40), Kind.IMAGE),
    ("ppm", b"P6\n2 2\n255\n" + bytes(12), Kind.IMAGE),
    ("wav", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(30), Kind.AUDIO),
    ("mp3", b"ID3\x04" + bytes(40), Kind.AUDIO),
    ("mp4", b"\x00\x00\x00\x20ftypisom" + bytes(40), Kind.VIDEO),
    ("webfont", b"wOF2" + bytes(40), Kind.FONT),
    ("ttf", b"\x00\x01\x00\x00\x00\x0d\x00\x80\x00\x03\x00\x50GDEF" + bytes(40), Kind.FONT),
    ("elf", b"\x7fELF\x02\x01\x01" + bytes(40), Kind.EXECUTABLE),
    ("wasm", b"\x00asm\x01\x00\x00\x00", Kind.EXECUTABLE),
    ("pe", b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\x00\x00", Kind.EXECUTABLE),
    ("zip", zipped(), Kind.ARCHIVE),
    ("tar", tarred(), Kind.ARCHIVE),
    ("gzip", gzip.compress(b"x"), Kind.COMPRESSED),
    ("zlib", zlib.compress(b"some text some text"), Kind.COMPRESSED),
    ("zstd", b"\x28\xb5\x2f\xfd\x04\x00", Kind.COMPRESSED),
    ("lz4", b"\x04\x22\x4d\x18\x64", Kind.COMPRESSED),
    ("snappy", b"\xff\x06\x00\x00sNaPpY", Kind.COMPRESSED),
    ("lzma", b"\x5d\x00\x00\x80\x00" + b"\xff" * 8 + b"\x00abc", Kind.COMPRESSED),
    ("sqlite", b"SQLite format 3\x00" + bytes(40), Kind.DATABASE),
    ("fits", b"SIMPLE  =                    T", Kind.SCIENTIFIC),
    ("grib", b"GRIB\x00\x00\x00\x02", Kind.SCIENTIFIC),
    ("dicom", bytes(128) + b"DICM", Kind.SCIENTIFIC),
    ("parquet", b"PAR1\x15\x04", Kind.SCIENTIFIC),
    ("arrow", b"ARROW1\x00\x00", Kind.SCIENTIFIC),
    ("hdf5", b"\x89HDF\r\n\x1a\n", Kind.SCIENTIFIC),
    ("netcdf", b"CDF\x01\x00", Kind.SCIENTIFIC),
    ("pdf", b"%PDF-1.7\n", Kind.DOCUMENT),
    ("rtf", b"{\\rtf1 x}", Kind.DOCUMENT),
    ("noise", bytes(range(256)) * 4, Kind.BINARY),
    ("zeros", bytes(100), Kind.BINARY),
]


@pytest.mark.parametrize(("content", "kind"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_bytes_alone_say_it(content, kind):
    assert detect(content).kind == kind


NAMED = [
    ("values.f64", bytes(range(240)), "application/octet-stream", Kind.NUMERIC),
    ("rows.f32x5", bytes(range(240)), "application/octet-stream", Kind.NUMERIC),
    ("odd.f64", bytes(range(241)), "application/octet-stream", Kind.BINARY),
    ("text.f64", b"words, not numbers, all", "text/plain", Kind.TEXT),
    ("style.css", b"a { color: red }", "text/css", Kind.SOURCE),
    ("notes.md", b"Just words.", "text/markdown", Kind.MARKDOWN),
    ("settings.yaml", b"a: 1\nb: [x]\n", "application/yaml", Kind.CONFIG),
    ("picture.png", b"Not a picture at all.", "text/plain", Kind.TEXT),
    ("data.csv", b'{"a": 1}', "application/json", Kind.JSON),
    ("movie.txt", b"\x00\x00\x00\x20ftypisom" + bytes(40), "video/mp4", Kind.VIDEO),
    ("x.br", b"\x1b\x07\x00\xf8\xa5\xff\x00\x81", "application/x-brotli", Kind.COMPRESSED),
    ("x.bin", b"\x00\x00\x01\x00\x01\x00" + bytes(40), "application/octet-stream", Kind.BINARY),
]


@pytest.mark.parametrize(("name", "content", "media_type", "kind"), NAMED, ids=[case[0] for case in NAMED])
def test_the_name_is_a_hint_where_bytes_leave_it_open(name, content, media_type, kind):
    found = detect(content, name)
    assert (found.media_type, found.kind) == (media_type, kind)


@pytest.mark.parametrize("text", [ROWS * 200, LINES * 200, json.dumps([list(range(9))] * 20_000)])
def test_the_first_part_of_a_large_file_is_enough(text):
    whole = detect(text.encode())
    assert detect(text.encode()[:HEAD_BYTES], size=len(text)) == whole


def test_a_character_cut_in_half_is_no_reason_to_doubt():
    text = "ü" * HEAD_BYTES
    assert detect(text.encode()[: HEAD_BYTES - 1], size=2 * HEAD_BYTES).kind == Kind.TEXT


@given(st.binary(max_size=300), st.text(max_size=20))
def test_anything_is_something(content, name):
    found = detect(content, name)
    assert found.kind in Kind
    assert "/" in found.media_type


HARD = [
    b"\n" * HEAD_BYTES,
    b"[" * HEAD_BYTES,
    b'{"a":' * 13_000,
    b"SELECT " * 9000,
    b"<!--" * 16_000,
    b'"' * HEAD_BYTES,
    b"<!-- module -->\n" * 4000,
    b"class " + b"a" * HEAD_BYTES,
]


# What patterns look for, by pieces: repeated, one behind the other, they are what takes them longest.
SIGNS = list('<>[](){}"\\,:;|#`-+.@1a \t\n\x1cé')
MARKUP = ["<!--", "-->", "<!-- -->", "<!DOCTYPE ", "<html", "<?xml ", "</", "[a](", "```", "- [ ] "]
WORDS = [
    "SELECT ",
    " FROM",
    "CREATE ",
    "TABLE",
    "INSERT INTO",
    "class a",
    "def a(",
    "import a",
    "const a =",
    "true",
]
pieces = st.lists(st.sampled_from(SIGNS + MARKUP + WORDS), min_size=1, max_size=3).map("".join)


@given(pieces, pieces, st.sampled_from([100, 4000, HEAD_BYTES]), pieces)
def test_no_pattern_takes_long(before, again, length, after):
    content = (before + again * (length // len(again)) + after).encode()[:HEAD_BYTES]
    began = time.thread_time()
    detect(content)
    assert time.thread_time() - began < 1


@pytest.mark.parametrize("content", HARD, ids=[repr(content[:6]) for content in HARD])
def test_no_content_keeps_it_busy(content):
    began = time.process_time()
    detect(content, size=10 * HEAD_BYTES)
    assert time.process_time() - began < 1
