"""Content for the engine's tests, the same in every run."""

import random
from collections.abc import Iterator

KiB, MiB = 1 << 10, 1 << 20


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that no codec can make smaller."""
    return random.Random(seed).randbytes(size)


def prose(size: int, seed: int = 1) -> bytes:
    """Lines of words, as compressible as text."""
    rng = random.Random(seed)
    words = [bytes(rng.choices(b"etaoinshrdlu", k=rng.randint(2, 9))) for _ in range(400)]
    out = bytearray()
    while len(out) < size:
        out += b" ".join(rng.choices(words, k=12)) + b"\n"
    return bytes(out[:size])


def mixed(size: int, seed: int = 1) -> bytes:
    """Stretches of prose, noise, zeros and counters in turns."""
    rng = random.Random(seed)
    kinds = [prose(64 * KiB, seed), noise(64 * KiB, seed), bytes(64 * KiB)]
    kinds.append(b"".join(number.to_bytes(4, "little") for number in range(16 * KiB)))
    out = bytearray()
    while len(out) < size:
        kind = rng.choice(kinds)
        start = rng.randrange(len(kind) // 2)
        out += kind[start : start + rng.randrange(1, len(kind) // 2)]
    return bytes(out[:size])


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """`data` in chunks of `size`."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


SMALL = {
    "empty": b"",
    "one byte": b"\x00",
    "short": b"Dynacomp",
    "prose": prose(20_000),
    "noise": noise(20_000),
    "zeros": bytes(20_000),
    "zeros, odd": bytes(4099),
    "repeats, odd": b"\x07" * 4099,
    "odd size": mixed(70_001),
}
