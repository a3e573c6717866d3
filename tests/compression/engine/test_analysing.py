"""The analysis: features for any content, and the structure of content that has one."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression import engine
from compression.engine.analysis.features import features
from compression.engine.streams import array

NAMES = list(features(array(b"")))


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=3000))
def test_any_content_has_the_same_features_all_finite(data: bytes) -> None:
    found = features(array(data))
    assert list(found) == NAMES
    assert all(math.isfinite(value) for value in found.values())


def test_features_say_what_they_mean() -> None:
    noise = features(np.random.default_rng(3).integers(0, 256, 200_000, dtype=np.uint8))
    assert noise["entropy_0"] > 7.99
    assert abs(noise["zstd"]) < 0.01
    text = features(array(b"The quick brown fox jumps over the lazy dog.\n" * 3000))
    assert text["ascii"] == 1
    assert text["line_length"] == pytest.approx(math.log2(46), abs=0.01)
    assert text["match_lag"] == 45
    counted = features(np.arange(50_000, dtype="<u4").view(np.uint8))
    assert counted["lanes_4_delta"] < 0.1 < counted["lanes_4"]
    assert features(np.arange(50_000, dtype=">u4").view(np.uint8))["lanes_4_big_delta"] < 0.1


def test_records_are_found_with_their_fields() -> None:
    random = np.random.default_rng(5)
    records = np.zeros(6000, np.dtype([("id", "<u4"), ("kind", "u1"), ("level", "<u2"), ("rest", "u1", 5)]))
    records["id"] = np.arange(6000) * 3
    records["kind"] = random.integers(0, 4, 6000)
    records["level"] = 1000 + np.cumsum(random.integers(-3, 4, 6000))
    records["rest"] = random.integers(0, 256, (6000, 5))
    found = engine.analyze(records.tobytes())
    assert found.records is not None
    assert found.records.stride % 12 == 0
    assert found.findings[0].relative_size < 0.95
    assert sum(part.share for part in found.parts) == pytest.approx(1, abs=0.01)


def test_columns_of_a_table_are_named() -> None:
    lines = ["when,place,value"] + [
        f"2024-01-{1 + n % 28:02d},{'ABC'[n % 3]}{n % 7},{n * 37 % 1000 / 10}" for n in range(4000)
    ]
    found = engine.analyze("\n".join(lines).encode())
    assert {"when", "place", "value"} <= {part.label for part in found.parts}
    place = next(part for part in found.parts if part.label == "place")
    assert place.distinct == 21
    assert place.low == "A0"


@pytest.mark.parametrize("data", [b"", b"x", bytes(100_000), bytes(range(256)) * 64])
def test_pictures_cover_all_of_the_content(data: bytes) -> None:
    found = engine.analyze(data)
    assert sum(found.histogram) == len(data) == found.size
    assert len(found.entropy) <= 256
    assert all(0 <= value <= 8 for value in found.entropy)
    assert json.loads(json.dumps(found.config()))["size"] == len(data)
