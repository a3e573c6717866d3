"""Content and pipelines made to hurt: what nobody would write comes back all the same, or is refused."""

import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression import engine
from compression.engine.compressing import Compressing, Settings
from compression.engine.errors import CorruptStream, InvalidParams
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.pipeline import MAX_DEPTH, End, Pipeline, Step
from compression.engine.transforms.delta import Delta
from compression.engine.wire import Writer
from tests.compression.engine.dcz_golden import goldens

KNOWN = [pipeline for golden in goldens().values() for pipeline, _ in golden.frames]


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes without structure."""
    return random.Random(seed).randbytes(size)


def wide_table(columns: int, rows: int) -> bytes:
    """CSV of small numbers."""
    numbers = random.Random(2).choices(range(100), k=columns * rows)
    lines = (numbers[columns * row :][:columns] for row in range(rows))
    return "".join(",".join(map(str, line)) + "\n" for line in lines).encode()


CONTENTS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "a byte": lambda: b"\x00",
    "two bytes": lambda: b"\n\n",
    "noise": lambda: noise(70_000),
    "zeros": lambda: bytes(100_000),
    "period of 7": lambda: b"\x00\x01\xfe\x03\x80\x05\n" * 10_000,
    "period of 4097": lambda: noise(4097) * 40,
    "one line": lambda: b"x" * 60_000,
    "one line of numbers": lambda: b"12.5," * 15_000,
    "line ends": lambda: b"\n" * 100_000,
    "returns": lambda: b"\r\n" * 50_000,
    "deep JSON": lambda: b'{"a":[' * 8_000 + b"]}" * 8_000,
    "deep brackets": lambda: b"[" * 100_000,
    "quotation marks": lambda: b'"' * 100_000,
    "separators": lambda: b",;\t|" * 30_000,
    "wide table": lambda: wide_table(5000, 12),
    "wide header": lambda: b",".join(b"c%d" % n for n in range(9000)) + b"\n" + b"," * 8999 + b"\n",
    "NULs among text": lambda: b"a\x00b\x00\x00\n" * 15_000,
    "growing lines": lambda: b"".join(b"7" * n + b"\n" for n in range(300)),
    "not a number": lambda: np.full(9_000, np.nan, "<f8").tobytes(),
    "largest numbers": lambda: b"".join(b"%d\n" % (10**n - 1) for n in range(40)) * 80,
    "dates that are none": lambda: b"2024-02-31 25:61:61\n0000-00-00 00:00:00\n" * 2000,
    "heads of sequences": lambda: b">\n" * 20_000 + b"@\n+\n" * 10_000,
    "magic numbers": lambda: b"GIF89a\x1f\x8b\x08PK\x03\x04\x89PNG\r\n\x1a\n\x78\x9cRIFFBM" * 500,
    "calls": lambda: b"\xe8\xff\xff\xff\xff" * 20_000,
    "half of UTF-16": lambda: b"\xff\xfe" + b"\x00\xd8" * 30_000 + b"\x00",
    "long UTF-8": lambda: ("\U0010ffff" * 20_000).encode() + b"\xf0\x9f",
    "a surprise at the end": lambda: b"1,2\n" * 30_000 + noise(50) + b'"',
    "all bytes in turn": lambda: bytes(range(256)) * 300,
}


def there_and_back(data: bytes, trials: int) -> list[str]:
    """The faults of the search: errors of the analysis or of a transform, which it passes over."""
    compressing = Compressing(Settings(max_trials=trials))
    blob = b"".join(compressing.pieces([data]))
    assert engine.decompress(blob) == data
    assert len(blob) <= len(data) + 96
    return [fault for trace in compressing.traces for fault in trace.faults]


@pytest.mark.parametrize("name", CONTENTS)
def test_content_made_to_hurt_comes_back(name: str) -> None:
    assert there_and_back(CONTENTS[name](), 60) == []


PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"\n", b",", b'"', b"\x00", b"-", b".", b"1", b"\r\n", b">", b"@", b"\xff"]),
)


@settings(max_examples=30, deadline=None)
@given(pieces=st.lists(PIECES, max_size=12), times=st.integers(1, 400))
def test_any_pattern_comes_back(pieces: list[bytes], times: int) -> None:
    assert there_and_back((b"".join(pieces) * times)[:20_000], 20) == []


# Written forms of pipelines that nobody vouches for


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=60))
def test_any_bytes_are_a_pipeline_or_refused(data: bytes) -> None:
    _is_sound(data)


@settings(max_examples=300, deadline=None)
@given(known=st.sampled_from(KNOWN), data=st.data())
def test_a_damaged_pipeline_is_sound_or_refused(known: Pipeline, data: st.DataObject) -> None:
    packed = bytearray(known.packed())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(packed)))
        packed[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    _is_sound(bytes(packed))


def _is_sound(packed: bytes) -> None:
    try:
        found = Pipeline.unpacked(packed)
    except CorruptStream:
        return
    assert Pipeline.unpacked(found.packed()) == found
    assert Pipeline.from_config(json.loads(json.dumps(found.config()))) == found


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(1 << 70), 1 << 70), st.floats(), st.text(max_size=5), st.just("delta")
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["id", "then", "tree", "leaves", "version", "width", "by"]), inner, max_size=4
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(tree=JSON, listed=JSON)
def test_any_json_is_a_pipeline_or_refused(tree: Any, listed: Any) -> None:
    _is_told({"tree": tree, "leaves": listed})


@settings(max_examples=300, deadline=None)
@given(known=st.sampled_from(KNOWN), data=st.data())
def test_changed_json_is_a_pipeline_or_refused(known: Pipeline, data: st.DataObject) -> None:
    config = known.config()
    nodes = [item for item in (config["tree"], *config["leaves"]) if isinstance(item, dict)]
    if nodes:
        node = data.draw(st.sampled_from(nodes))
        node[data.draw(st.sampled_from([*node, "version", "width"]))] = data.draw(JSON)
    _is_told(config)


def _is_told(config: dict[str, Any]) -> None:
    try:
        found = Pipeline.from_config(config)
    except InvalidParams:
        return
    assert Pipeline.unpacked(found.packed()) == found


def test_a_pipeline_too_deep_for_a_reader_is_not_made() -> None:
    plan: Step | End = End(ZstdLeaf())
    for _ in range(MAX_DEPTH):
        plan = Step(Delta(), [plan])
    sound = Pipeline.of(plan)
    assert Pipeline.unpacked(sound.packed()) == sound
    with pytest.raises(InvalidParams):
        Pipeline.of(Step(Delta(), [plan]))
    with pytest.raises(InvalidParams):
        Pipeline.from_config(
            {"tree": {"id": "delta", "then": [sound.config()["tree"]]}, "leaves": [{"id": "zstd"}]}
        )
    writer = Writer()
    for _ in range(100_000):
        writer.number(Delta.code)
        writer.number(0)
    with pytest.raises(CorruptStream):
        Pipeline.unpacked(bytes(writer.data))
