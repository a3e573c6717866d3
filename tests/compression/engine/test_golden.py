"""Streams made by every version of every codec stay readable for ever.

A golden file is written only with UPDATE_GOLDEN=1, and once committed it is never changed: a codec whose format
changes gets a new version and a new folder.
"""

import json
import os
from pathlib import Path

import pytest

from compression.engine.codecs import Codec, all_codecs, codec_from
from tests.compression.engine.catalogue import every_variant

GOLDEN = Path(__file__).parents[2] / "golden" / "codecs"
SAMPLE = GOLDEN / "sample.bin"


@every_variant
def test_golden_stream_is_read(codec: Codec, request: pytest.FixtureRequest):
    variant = request.node.callspec.id.removeprefix(codec.id).strip("-") or "default"
    folder = GOLDEN / f"{codec.id}-v{codec.version}"
    stream, config = folder / f"{variant}{codec.extension}", folder / f"{variant}.json"
    if os.environ.get("UPDATE_GOLDEN") and not stream.exists():
        folder.mkdir(parents=True, exist_ok=True)
        stream.write_bytes(codec.encode(SAMPLE.read_bytes()))
        config.write_text(json.dumps(codec.config(), indent=2) + "\n")
    assert stream.exists(), f"no golden file {stream}; run once with UPDATE_GOLDEN=1 and commit it"
    stored = codec_from(json.loads(config.read_text()))
    assert stored == codec
    assert stored.decode(stream.read_bytes()) == SAMPLE.read_bytes()


def test_older_versions_are_read_too():
    folders = sorted(path for path in GOLDEN.iterdir() if path.is_dir())
    assert {folder.name.rpartition("-v")[0] for folder in folders} == set(all_codecs())
    for config in (path for folder in folders for path in folder.glob("*.json")):
        codec = codec_from(json.loads(config.read_text()))
        assert codec.decode(config.with_suffix(codec.extension).read_bytes()) == SAMPLE.read_bytes(), config
