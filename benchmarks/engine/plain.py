"""The plain codecs, by the platform's own; each in settings that people use."""

from typing import Any

from benchmarks.engine.results import Result, round_trip
from compression.engine.codecs import codec_from

PEERS: dict[str, dict[str, Any]] = {
    "zstd-1": {"id": "zstd", "level": 1},
    "zstd-3": {"id": "zstd", "level": 3},
    "zstd-9": {"id": "zstd", "level": 9},
    "zstd-19": {"id": "zstd", "level": 19},
    "xz-9e": {"id": "xz", "level": 9, "extreme": True},
    "brotli-5": {"id": "brotli", "level": 5},
    "brotli-11": {"id": "brotli", "level": 11, "window_log": 24},
    "bzip2-9": {"id": "bzip2", "level": 9},
    "bzip3": {"id": "bzip3"},
    "lz4": {"id": "lz4", "level": 1},
    "lz4hc-12": {"id": "lz4", "level": 12},
}
STRONG = ("zstd-19", "xz-9e", "brotli-11", "bzip2-9", "bzip3")
"""The mean saving over all files is counted against the best of these for each file."""


def measure(name: str, data: bytes) -> Result:
    """One of PEERS on one file."""
    codec = codec_from(PEERS[name])
    return round_trip(data, codec.encode, codec.decode)
