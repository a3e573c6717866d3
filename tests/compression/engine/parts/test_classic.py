"""Deflate by the kernels: the same bytes as zlib, which stored files depend on where another library is linked."""

import hashlib
import json
import math
import os
import random
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from compression import engine
from compression.engine.deflated import settings
from compression.engine.deflated.settings import (
    DEFAULT,
    FIXED,
    HUFFMAN,
    MEMORY,
    RLE,
    WINDOWS,
    Settings,
    sound,
)
from tests.compression.engine.test_golden_dcz import GOLDEN, told

SHORT = [0, 1, 2, 3, 4, 257, 258, 259, 262, 263, 5000]
NEAR_THE_WINDOW = [32_506, 32_768, 65_273, 65_274, 65_275, 65_535, 65_536, 98_042]
SIZES = [*SHORT, *NEAR_THE_WINDOW, 150_000]
DISTANCES = [1, 2, 3, 249, 250, 251, 762, 4095, 4096, 4097, 32_505, 32_506, 32_507, 32_768, 32_769]

KNOWN = Path(__file__).parents[3] / "golden" / "classic.json"
"""Of each case checksums of its contents, and of what zlib 1.2.13 made of them."""


def words(draw: random.Random, size: int) -> bytes:
    """A few thousand different words, the first of them more often."""
    known = [draw.randbytes(draw.randrange(1, 9)) for _ in range(2000)]
    return b" ".join(known[int(draw.random() ** 3 * 2000)] for _ in range(size // 4 + 1))[:size]


def repeats(draw: random.Random, size: int) -> bytes:
    """Noise, runs, and matches short and long at the distances where something changes."""
    out = bytearray(b"x")
    while len(out) < size:
        far, kind = draw.choice([*DISTANCES, draw.randrange(1, 40_000)]), draw.random()
        if kind < 0.4 and far <= len(out):
            out += out[-far:][: draw.choice([3, 3, 4, 5, 6, draw.randrange(300)])]
        elif kind < 0.5:
            out += bytes([draw.randrange(4)]) * draw.randrange(600)
        else:
            out += bytes(draw.randrange(draw.choice([3, 50, 256])) for _ in range(draw.randrange(30)))
    return bytes(out[:size])


def skewed(draw: random.Random, size: int) -> bytes:
    """Bytes of which each is about half as frequent as the one before: codes would have more than 15 bits."""
    return bytes(min(40, int(-math.log2(1 - draw.random()))) for _ in range(size))


CONTENTS: dict[str, Callable[[random.Random, int], bytes]] = {
    "zeros": lambda _, size: bytes(size),
    "noise": lambda draw, size: draw.randbytes(size),
    "eight": lambda draw, size: bytes(byte & 7 for byte in draw.randbytes(size)),
    "words": words,
    "repeats": repeats,
    "skewed": skewed,
}


class Made:
    """What comes of some contents: a checksum of them, and one of what the kernels make of them."""

    def __init__(self) -> None:
        self.contents = self.streams = 0

    def take(self, content: bytes, chosen: Settings) -> None:
        """Make the stream of content in both ways: all of it, and the blocks that are complete."""
        made, opened = (chosen._classic(content, ended=ended) for ended in (True, False))
        if sound():
            assert made.packed == chosen.linked(content), chosen
            assert opened.packed == chosen._compressor().compress(content), chosen
        assert not opened.packed or chosen._classic(content[: opened.read], ended=False) == opened
        self.contents = zlib.crc32(content, self.contents)
        self.streams = zlib.crc32(opened.packed, zlib.crc32(made.packed, self.streams))

    def is_as_known(self, name: str) -> bool:
        """Whether zlib 1.2.13 made the same; with UPDATE_GOLDEN=1 and that linked it is noted where it is missing."""
        known: dict[str, list[int]] = json.loads(KNOWN.read_text()) if KNOWN.exists() else {}
        if os.environ.get("UPDATE_GOLDEN") and name not in known and sound():
            known[name] = [self.contents, self.streams]
            KNOWN.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
        assert name in known, f"{name} is not in {KNOWN}; run once with UPDATE_GOLDEN=1 and commit it"
        contents, streams = known[name]
        assert self.contents == contents, "the contents are others"
        return self.streams == streams


@pytest.mark.parametrize("name", CONTENTS)
def test_the_kernels_make_the_bytes_of_zlib(name: str) -> None:
    draw, made = random.Random(name), Made()
    for size in SIZES:
        content, level = CONTENTS[name](draw, size), draw.randrange(1, 10)
        strategy = draw.choice([DEFAULT, DEFAULT, *range(1, FIXED + 1)])
        made.take(
            content, Settings(level, draw.choice(MEMORY), strategy, draw.choice([15, draw.choice(WINDOWS)]))
        )
    assert made.is_as_known(name)


@pytest.mark.parametrize("strategy", range(FIXED + 1))
@pytest.mark.parametrize("memory", MEMORY)
def test_levels_and_strategies_make_the_bytes_of_zlib(strategy: int, memory: int) -> None:
    draw, made = random.Random(strategy), Made()
    for level in (6,) if strategy in (HUFFMAN, RLE) else range(1, 10):
        content = repeats(draw, 12_000) + words(draw, 12_000) + draw.randbytes(5000) + bytes(30_000)
        for window in (15, draw.choice(WINDOWS)):
            made.take(content, Settings(level, memory, strategy, window))
    assert made.is_as_known(f"strategy {strategy}, memory {memory}")


def test_small_content_makes_the_bytes_of_zlib() -> None:
    draw, made = random.Random("small"), Made()
    for _ in range(400):
        content = bytes(draw.choices(range(draw.choice([2, 5, 256])), k=draw.randrange(60)))
        content = (content * 30)[: draw.randrange(700)]
        made.take(content, Settings(draw.randrange(1, 10), 8, draw.randrange(FIXED + 1), 9))
    assert made.is_as_known("small")


def test_the_known_checksum_is_that_of_the_kernels() -> None:
    total = 0
    for chosen in settings.candidates(None, 15):
        total = zlib.crc32(chosen._classic(settings._specimen(), ended=True).packed, total)
    assert total == settings.GOLDEN


@pytest.mark.parametrize(
    "path", sorted((GOLDEN / "transforms").glob("inflated-*/*.dcz")), ids=lambda it: it.stem
)
def test_golden_files_are_read_where_another_library_is_linked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "fingerprint", lambda: settings.GOLDEN + 1)
    monkeypatch.delattr(Settings, "_compressor")
    content = engine.decompress(path.read_bytes())
    assert hashlib.sha256(content).hexdigest() == told()[str(path.relative_to(GOLDEN))]
