"""Embedded deflate streams: which are found and undone, and that they are made again bit for bit."""

import gzip
import io
import random
import struct
import time
import zipfile
import zlib
from collections import OrderedDict

import numpy as np
import pytest

from compression import engine
from compression.engine.analysis.deflated import deflated as proposals
from compression.engine.deflated import settings, undoing
from compression.engine.deflated.settings import Settings
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import Kind, Stream, array
from compression.engine.transforms.inflated import Inflated
from compression.engine.transforms.scanlines import Scanlines
from compression.engine.wire import Writer

from ..samples import prose
from .trips import assert_restored

WORDS = [b"alpha", b"beta", b"gamma", b"delta", b"epsilon", b"zeta", b"eta", b"theta", b"iota", b"kappa"]


def text(size: int, seed: int = 0) -> bytes:
    """Words and numbers, so that levels differ."""
    draw = random.Random(seed)
    parts: list[bytes] = []
    left = max(size, 6000)
    while left > 0:
        parts.append(draw.choice(WORDS) + b" %d " % draw.randrange(draw.choice((5, 500, 50_000))))
        left -= len(parts[-1])
    return b"".join(parts)[:size]


def contents(data: bytes) -> bytes:
    """What was found, after the proof."""
    return assert_restored(Inflated(), data).streams[0].data.tobytes()


def png(
    lines: bytes, across: int, chunk: int, *, level: int = 6, strategy: int = 0, colour: int = 2
) -> bytes:
    """A PNG image of 8 bits whose data are divided into chunks of these bytes."""

    def written(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    compressor = zlib.compressobj(level, zlib.DEFLATED, 15, 8, strategy)
    packed = compressor.compress(lines) + compressor.flush()
    head = struct.pack(">IIBBBBB", across, len(lines) // (across * 3 + 1), 8, colour, 0, 0, 0)
    chunks = [written(b"IDAT", packed[at : at + chunk]) for at in range(0, len(packed), chunk)]
    return b"\x89PNG\r\n\x1a\n" + written(b"IHDR", head) + b"".join(chunks) + written(b"IEND", b"")


def pixels(across: int, down: int) -> bytes:
    """Filtered rows of an image that changes slowly."""
    draw = np.random.default_rng(1)
    rows = draw.integers(0, 6, (down, across * 3 + 1), np.uint8)
    rows[:, 0] = draw.integers(0, 5, down)
    return rows.tobytes()


# Below level 4 zlib makes the same of both strategies.
@pytest.mark.parametrize(
    ("strategy", "level"),
    [(zlib.Z_DEFAULT_STRATEGY, n) for n in range(1, 10)] + [(zlib.Z_FILTERED, n) for n in range(4, 10)],
)
@pytest.mark.parametrize("memory", [8, 9])
def test_streams_of_every_level_are_undone(level: int, memory: int, strategy: int) -> None:
    content = text(90_000)
    compressor = zlib.compressobj(level, zlib.DEFLATED, 15, memory, strategy)
    assert contents(b"front" + compressor.compress(content) + compressor.flush() + b"end") == content


@pytest.mark.parametrize("wbits", [9, 12, 15])
def test_small_windows_are_found_by_the_header(wbits: int) -> None:
    lines = pixels(40, 200)
    compressor = zlib.compressobj(6, zlib.DEFLATED, wbits)
    packed = compressor.compress(lines) + compressor.flush()
    image = png(lines, 40, 1 << 20)
    at = image.index(b"IDAT") - 4
    body = struct.pack(">I", len(packed)) + b"IDAT" + packed + struct.pack(">I", zlib.crc32(b"IDAT" + packed))
    assert contents(image[:at] + body + image[-12:]) == lines


def test_members_of_archives_and_gzip_files() -> None:
    archive = io.BytesIO()
    parts = [text(3000 + 100 * n, n) for n in range(20)]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writing:
        for number, part in enumerate(parts):
            writing.writestr(f"folder/{number}.txt", part)
        writing.writestr("stored", b"x", zipfile.ZIP_STORED)
    assert contents(archive.getvalue()) == b"".join(parts)

    named = io.BytesIO()
    with gzip.GzipFile("name.txt", "wb", 9, named) as zipped:
        zipped.write(parts[0])
    assert contents(named.getvalue() + gzip.compress(parts[1], 1)) == parts[0] + parts[1]


@pytest.mark.parametrize("chunk", [300, 8192, 1 << 20])
def test_images_are_undone_with_their_chunks(chunk: int) -> None:
    lines = pixels(100, 150)
    image = png(lines, 100, chunk, level=9, strategy=zlib.Z_FILTERED)
    result = assert_restored(Inflated(), image)
    assert result.streams[0].data.tobytes() == lines
    assert result.streams[1].size == 8 + 25 + 12
    assert len(result.note) < 20


@pytest.mark.parametrize("end", [40_000, 61_234, 70_000])
def test_what_goes_on_behind_the_end_is_undone_as_far_as_its_blocks_are_complete(end: int) -> None:
    content = text(400_000)
    packed = gzip.compress(content, 6)[:end]
    result = assert_restored(Inflated(), packed)
    assert content.startswith(result.streams[0].data.tobytes())
    assert result.streams[1].size < 30_000
    image = png(pixels(200, 600), 200, 8192)
    assert assert_restored(Inflated(), image[:end]).streams[1].size < 30_000


def test_damaged_images_stay_as_they_are() -> None:
    image = bytearray(png(pixels(100, 150), 100, 8192))
    image[8 + 25 + 8 + 8192] ^= 1
    with pytest.raises(Unfit):
        Inflated().encode(Stream(array(bytes(image))))


def test_where_another_library_is_linked_the_same_is_undone_and_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = png(pixels(100, 150), 100, 8192, level=9, strategy=zlib.Z_FILTERED)
    data = zlib.compress(text(5000)) + image + gzip.compress(text(400_000), 6)[:61_234]
    encoding = assert_restored(Inflated(), data)
    monkeypatch.setattr(settings, "GOLDEN", 1)
    monkeypatch.setattr(undoing, "_known", OrderedDict())
    made = Inflated().decode([stream.data for stream in encoding.streams], encoding.note, 1 << 20)
    assert made.tobytes() == data
    chains = [proposal.chain for proposal in proposals(Stream(array(data), kind=Kind.BYTES))]
    assert (Inflated(),) in chains
    again = assert_restored(Inflated(), data)
    assert again.streams[0].size <= encoding.streams[0].size
    assert again.streams[1].size == encoding.streams[1].size


def test_bombs_are_left_alone() -> None:
    with pytest.raises(Unfit):
        Inflated().encode(Stream(array(zlib.compress(bytes(5_000_000)))))


def test_images_of_endless_chunks_are_refused() -> None:
    for size in (0, 1):
        writer = Writer()
        for number in (1, 0, 2, Settings(6).number, 200_000):
            writer.number(number)
        writer.data += b"\x78\x9c"
        writer.numbers([size])
        noise = array(random.Random(0).randbytes(200_000))
        with pytest.raises(CorruptStream):
            Inflated().decode([noise, array(b"")], bytes(writer.data), 1 << 24)


def test_an_image_is_proposed_with_its_rows() -> None:
    chains = [proposal.chain for proposal in proposals(Stream(array(png(pixels(100, 150), 100, 8192))))]
    assert (Inflated(), Scanlines(row=300, channels=3)) in chains


@pytest.mark.parametrize(
    "data",
    [
        b"\x78\x9c" * 500_000,
        b"\x1f\x8b\x08\0\0\0\0\0\0\3" * 100_000,
        b"".join(
            b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 16 * left - 4, b"aaaa")
            for left in range(20_000, 0, -1)
        )
        + struct.pack(">I4sI", 0, b"IDAT", zlib.crc32(b"IDAT")) * 20_000,
        (zlib.compress(bytes(3_000_000))[:-4] + b"none") * 300,
    ],
    ids=["headers", "members", "images with the same chunks", "checksums that are wrong"],
)
def test_what_only_seems_to_be_streams_takes_little_time(data: bytes) -> None:
    began = time.process_time()
    assert list(proposals(Stream(array(data)))) == []
    assert time.process_time() - began < 5


@pytest.mark.parametrize("level", [1, 6, 9])
def test_deflate_is_undone_however_well_it_was_made(level: int) -> None:
    """At high levels a quick codec makes no less of the content than deflate did; others do."""
    packed = gzip.compress(prose(100_000), level, mtime=0)
    assert len(engine.compress(packed, budget_cpu_s=2)) < 0.8 * len(packed)
