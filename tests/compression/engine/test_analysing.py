"""The analysis: features for any content, and the structure of content that has one."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression import engine
from compression.engine import places
from compression.engine.analysed import Analysis
from compression.engine.analysing import analyze_parts
from compression.engine.analysis.features import features
from compression.engine.describing import elements
from compression.engine.isolation.analyse import analyse
from compression.engine.streams import Kind, Stream, array

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


def test_values_are_shown_as_what_they_are() -> None:
    floats = np.array([0.25, 61.5, float("nan"), 43.0] * 10, "<f4").view(np.uint8)
    found = elements(Stream(floats, 4, Kind.NUMBERS))
    assert (found.kind, found.low, found.high, found.examples) == (
        "floats",
        "0.25",
        "61.5",
        ("0.25", "61.5", "nan"),
    )
    assert elements(Stream(np.arange(9, dtype="<i4").view(np.uint8), 4, Kind.NUMBERS)).high == "8"
    signed = np.array([-3, 5, 0], "<i2").view(np.uint8)
    assert elements(Stream(signed, 2, Kind.NUMBERS)).low == "-3"
    column = elements(Stream(array(b"10\n9\nNA\n-1\n"), 1, Kind.STRINGS))
    assert (column.distinct, column.low, column.high) == (4, "-1", "10")
    names = elements(Stream(array(b"10\nb\nc\nd\n"), 1, Kind.STRINGS))
    assert (names.low, names.high) == ("10", "d")


@given(data=st.binary(max_size=400), width=st.sampled_from([1, 2, 4, 8]), kind=st.sampled_from(list(Kind)))
def test_any_elements_can_be_shown(data: bytes, width: int, kind: Kind) -> None:
    found = elements(Stream(array(data[: len(data) // width * width]), width, kind))
    assert all(text.isprintable() and len(text) <= 80 for text in (found.low, found.high, *found.examples))


def test_what_content_holds_is_printable_and_short() -> None:
    lines = b"".join(b"a\x1b[2J,<b>%d</b>,%s\n" % (n % 5, b"x" * 300) for n in range(3000))
    found = engine.analyze(b"k\x00y,\xff,long\n" + lines)
    texts = [text for part in found.parts for text in (part.label, part.low, part.high, *part.examples)]
    assert any("\\x1b" in text for text in texts)
    assert all(text.isprintable() and len(text) <= 80 for text in texts)


def test_of_large_content_only_places_are_read() -> None:
    size = 10 << 30
    read: list[tuple[int, int]] = []

    def reader(offset: int, length: int) -> bytes:
        read.append((offset, length))
        return bytes([offset % 251]) * length

    found = analyze_parts(reader, size)
    assert (found.size, len(found.entropy), found.window) == (size, 256, size // 256)
    assert sum(found.histogram) == found.picture_bytes == 64 << 20
    assert sorted(read) == sorted(places.everything(size))
    assert all(offset + length <= size for offset, length in read)


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 70_000, (64 << 20) - 1, 64 << 20, (64 << 20) + 1])
def test_pictures_are_of_everything_up_to_64_mib(size: int) -> None:
    shown = sum(length for _, length in places.windows(size))
    assert shown == size if size <= 64 << 20 else 63 << 20 < shown <= 64 << 20
    assert len(list(places.windows(size))) <= 256


def test_a_child_says_the_same(tmp_path: Path) -> None:
    data = b"".join(b"%d,%d,%s\n" % (n, n * n, b"abc"[: n % 3]) for n in range(5000))
    (tmp_path / "table").write_bytes(data)
    with (tmp_path / "table").open("rb") as file:
        found = analyse(file.fileno())
    assert replace(found, cpu_s=0) == replace(engine.analyze(data), cpu_s=0)
    assert Analysis.from_config(json.loads(json.dumps(found.config()))) == found


def test_text_like_xml_is_told_by_its_elements() -> None:
    points = "".join(
        f'<trkpt lat="47.{n * 37 % 9973:04}" lon="8.{n * 91 % 9967:04}"><ele>{n * n % 983}</ele></trkpt>\n'
        for n in range(3000)
    )
    found = engine.analyze(f'<?xml version="1.0"?>\n<gpx>\n{points}</gpx>\n'.encode())
    reasons = [finding.reason for finding in found.findings]
    assert any(reason.startswith("XML-like text: 6001 elements, ") for reason in reasons), reasons
    assert not any("XML" in finding.reason for finding in engine.analyze(points[1:].encode()).findings)
