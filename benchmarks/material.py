"""Generated input for the benchmarks: the same bytes for the same seed, compressible like a mix of real files."""

import random
from pathlib import Path

import numpy as np

POOL = 4 << 20
SEGMENT = 64 << 10


def _text(rng: np.random.Generator, size: int) -> bytes:
    """Words of an invented vocabulary, as frequent as words are."""
    letters = np.frombuffer(b"etaoinshrdlucmfwypvbgkjqxz", dtype=np.uint8)
    lengths = rng.integers(2, 10, 5000)
    words = [rng.choice(letters, length).tobytes() for length in lengths]
    picks = np.minimum(rng.zipf(1.3, size // 4), 5000) - 1
    return b" ".join(words[pick] for pick in picks)[:size]


def _rows(rng: np.random.Generator, size: int) -> bytes:
    """Lines of CSV: a counter, a slowly moving figure, a category."""
    figures = np.cumsum(rng.normal(0, 1, size // 24))
    kinds = rng.integers(0, 12, size // 24)
    lines = (
        f"{n},{figure:.3f},category-{kind}\n"
        for n, (figure, kind) in enumerate(zip(figures, kinds, strict=True))
    )
    return "".join(lines).encode()[:size]


def _records(rng: np.random.Generator, size: int) -> bytes:
    """Records of two integers and a float."""
    kind = np.dtype([("id", "<u4"), ("step", "<i4"), ("value", "<f8")])
    table = np.zeros(size // kind.itemsize, dtype=kind)
    table["id"] = np.arange(len(table))
    table["step"] = rng.integers(-50, 50, len(table))
    table["value"] = np.round(rng.normal(20, 5, len(table)), 2)
    return table.tobytes()


def write_mixed(path: Path, size: int, *, seed: int) -> Path:
    """Write `size` bytes to `path`: segments of text, CSV, records and noise in turns."""
    rng, order = np.random.default_rng(seed), random.Random(seed)
    pools = [_text(rng, POOL), _rows(rng, POOL), _records(rng, POOL), rng.bytes(POOL)]
    with path.open("wb") as file:
        while (left := size - file.tell()) > 0:
            pool = order.choices(pools, weights=(5, 3, 2, 1))[0]
            start = order.randrange(max(len(pool) - SEGMENT, 1))
            file.write(pool[start : start + min(SEGMENT, left)])
    return path
