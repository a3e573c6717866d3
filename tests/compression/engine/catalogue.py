"""The codecs and the settings that the common suite puts each of them through: one line for every codec."""

from collections.abc import Callable
from typing import Any

import pytest

from compression.engine.codecs import Codec, codec_from
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.pipeline import End, Pipeline, Step
from compression.engine.transforms.delta import Delta
from tests.compression.engine.samples import prose

DICTIONARY = prose(4000, seed=9)
DELTA_ZSTD = Pipeline.of(Step(Delta(width=1), [End(ZstdLeaf(level=9))])).packed()

VARIANTS: dict[str, list[dict[str, Any]]] = {
    "blosc2": [
        {"level": 0},
        {"level": 9, "codec": "lz4hc", "filter": "bitshuffle", "typesize": 8},
        {"filter": "none"},
    ],
    "brotli": [
        {"level": 0},
        {"level": 1, "window_log": 10},
        {"level": 11, "mode": "text"},
        {"window_log": 24},
    ],
    "bzip2": [{"level": 1}],
    "bzip3": [{"block_mib": 1}],
    "dcz": [
        {"trials": 0},
        {"objective": "decode"},
        {"pipeline": DELTA_ZSTD, "adapt": True},
        {"objective": "speed", "threads": 2},
    ],
    "deflate": [{"level": 0}, {"level": 9, "window_log": 9, "memory_level": 9}, {"strategy": "huffman_only"}],
    "gzip": [{"level": 0}, {"level": 9, "window_log": 9}, {"strategy": "rle"}],
    "lz4": [{"level": -10}, {"level": 12, "block_size": "64KiB", "linked": False, "block_checksum": True}],
    "lzma": [
        {"level": 0},
        {"level": 1, "extreme": True, "literal_context": 0, "literal_position": 2, "position": 0},
    ],
    "snappy": [],
    "store": [],
    "xz": [
        {"level": 0, "check": "sha256"},
        {"level": 1, "literal_context": 4, "position": 0, "check": "none"},
    ],
    "zlib": [{"level": 0}, {"level": 9, "window_log": 9}, {"strategy": "fixed"}],
    "zstd": [
        {"level": -7},
        {"level": 19},
        {"long": True, "threads": 2},
        {"dictionary": DICTIONARY},
        {"window_log": 10},
    ],
}

DEFAULTS: list[Codec] = [codec_from({"id": codec_id}) for codec_id in VARIANTS]


def _named(codec_id: str, settings: dict[str, Any]) -> Any:
    name = "-".join(
        [codec_id, *(f"{key}={value}" for key, value in settings.items() if not isinstance(value, bytes))]
    )
    codec = type(codec_from({"id": codec_id}))(**settings)
    binary = [key for key, value in settings.items() if isinstance(value, bytes)]
    return pytest.param(codec, id="-".join([name, *binary]))


every_codec = pytest.mark.parametrize("codec", [pytest.param(codec, id=codec.id) for codec in DEFAULTS])
"""Each codec with its default settings."""


def quick(codec: Codec) -> Codec:
    """The codec, fast and with a short search where it has one."""
    return codec_from({**codec.config(), "objective": "speed", "trials": 30}) if codec.id == "dcz" else codec


def codecs_that(condition: Callable[[Codec], bool]) -> pytest.MarkDecorator:
    """Each codec, with its default settings, for which `condition` holds."""
    return pytest.mark.parametrize(
        "codec", [pytest.param(one, id=one.id) for one in DEFAULTS if condition(one)]
    )


every_variant = pytest.mark.parametrize(
    "codec", [_named(codec_id, settings) for codec_id, rows in VARIANTS.items() for settings in [{}, *rows]]
)
"""Each codec with its default settings and with all others of its line."""
