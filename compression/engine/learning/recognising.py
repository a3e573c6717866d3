"""Content that is compressed already, recognised before anything is spent: by its features, and its first bytes."""

from compression.engine.formats import HEAD_BYTES, recognise
from compression.engine.learning.actions import Features

__all__ = ["HEAD_BYTES", "format_name", "incompressible", "is_container"]

_MARKS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"GIF8", "GIF"),
    (8, b"WEBP", "WebP"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftyp", "MP4"),
    (0, b"\x1a\x45\xdf\xa3", "Matroska"),
    (0, b"OggS", "Ogg"),
    (0, b"fLaC", "FLAC"),
    (0, b"ID3", "MP3"),
    (0, b"wOF2", "WOFF2"),
    (0, b"Rar!", "RAR"),
    (0, b"%PDF-", "PDF"),
)
"""Formats that are compressed within, beside those of the engine."""
_PLAIN = frozenset({"tar"})
FULL_BITS, MARKED_BITS = 0.1, 0.5
"""So many bits below 8 a byte at most: for bytes that bear no mark, and for those that bear one."""
BIAS = 184.0
"""The entropy of n random bytes is measured too low by so many bits, divided by n: 255 / (2 ln 2)."""
GAIN, MATCHES = 0.012, 0.01
"""What the fastest codec may gain (in bits: less than 1 %), and the bytes that may repeat, at most."""
LEAST = 512
"""Bytes from which on features say anything of what bears no mark."""
_ENTROPIES = {
    "entropy_0": 1,
    "delta_entropy_1": 1,
    "delta_entropy_2": 1,
    "delta_entropy_4": 1,
    "lanes_2": 2,
    "lanes_2_delta": 2,
    "lanes_4": 4,
    "lanes_4_delta": 4,
    "lanes_8": 8,
}
"""Entropies that are all full where nothing is to be found, and how many lanes the bytes are dealt to."""


def format_name(head: bytes) -> str:
    """The name of the compressed format that the first bytes show; empty where they show none."""
    found = recognise(head)
    if found is not None and found.id not in _PLAIN:
        return found.id if not found.is_archive else found.title
    return next((name for at, mark, name in _MARKS if head[at : at + len(mark)] == mark), "")


def is_container(head: bytes) -> bool:
    """Whether the platform can get back what is in it."""
    found = recognise(head)
    return found is not None and found.id not in _PLAIN


def incompressible(features: Features, sampled: int, head: bytes) -> str:
    """Why nothing is to be gained, in words, from features of so many bytes; empty where something may be."""
    if not sampled:
        return "there is nothing in it"
    if features["zstd"] > GAIN or (features["match_rate"] > MATCHES and sampled >= LEAST):
        return ""
    name = format_name(head)
    if name and _is_full(features["entropy_0"], sampled, MARKED_BITS):
        return f"already compressed ({name})"
    if sampled >= LEAST and all(
        _is_full(features[entropy], sampled / lanes, FULL_BITS) for entropy, lanes in _ENTROPIES.items()
    ):
        return "bytes like random ones: compressed or encrypted already"
    return ""


def _is_full(entropy: float, count: float, below: float) -> bool:
    return entropy >= 8 - below - BIAS / max(count, 1)
