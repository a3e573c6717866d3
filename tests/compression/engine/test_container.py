"""The container: any content goes in and comes back, in whole and in ranges; damage is found; limits hold."""

import hashlib
import random
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression import engine
from compression.engine.compressing import Settings, compress_stream
from compression.engine.container import MAGIC, MAX_ONLY
from compression.engine.errors import CorruptStream, EngineError, InvalidParams, LimitExceeded
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.limits import KiB, Limits
from compression.engine.pipeline import End, Pipeline, Step
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.planes import Planes

PLAIN = Pipeline.of(End(ZstdLeaf(level=3)))
WORDS = Pipeline.of(
    Step(
        Delta(width=4, by="folded"), [Step(Planes(width=4), [End(ZstdLeaf(level=3), "p") for _ in range(4)])]
    )
)


def table(rows: int, seed: int = 1) -> bytes:
    """Numbers that grow, four bytes each."""
    steps = np.random.default_rng(seed).integers(0, 9, rows)
    return np.cumsum(steps).astype("<u4").tobytes()


@pytest.mark.parametrize(
    "data", [b"", b"x", bytes(1000), b"text of a line\n" * 500, table(5000), bytes(range(256)) * 3]
)
@pytest.mark.parametrize("objective", list(engine.Objective))
def test_content_of_every_sort_comes_back(data: bytes, objective: engine.Objective) -> None:
    blob = engine.compress(data, objective, max_trials=60)
    assert engine.decompress(blob) == data
    assert len(blob) <= len(data) + 64 + 32


@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=2000), frame=st.integers(16, 500))
def test_frames_of_any_size_come_back(data: bytes, frame: int) -> None:
    blob = b"".join(compress_stream([data], Settings(pipeline=PLAIN, frame_bytes=frame)))
    assert engine.decompress(blob) == data
    frames = -(-len(data) // frame)
    assert len(blob) <= len(data) + 64 + 32 * frames
    assert len(engine.info(blob).blocks) == frames


def test_a_fixed_number_of_trials_gives_the_same_bytes() -> None:
    data = table(20_000)
    assert engine.compress(data, max_trials=40) == engine.compress(data, max_trials=40)


def test_threads_change_nothing() -> None:
    data = table(40_000)
    one, four = (
        b"".join(compress_stream([data], Settings(pipeline=WORDS, frame_bytes=16 * KiB, threads=number)))
        for number in (1, 4)
    )
    assert one == four
    assert engine.decompress(one) == data


def test_what_is_inside_is_told_without_decoding() -> None:
    data = table(9000)
    blob = b"".join(compress_stream([data], Settings(pipeline=WORDS, frame_bytes=16 * KiB)))
    told = engine.info(blob)
    assert (told.size, told.packed_size) == (len(data), len(blob))
    assert told.sha256 == hashlib.sha256(data).hexdigest()
    assert [block.offset for block in told.blocks] == [0, 16 * KiB, 32 * KiB]
    assert {block.pipeline for block in told.blocks} == {WORDS.name}
    assert Pipeline.from_config(told.blocks[0].config) == WORDS


@settings(max_examples=40, deadline=None)
@given(start=st.integers(0, 70_000), length=st.integers(0, 70_000))
def test_any_range_is_read(start: int, length: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = table(16_000)
    path = tmp_path_factory.getbasetemp() / "ranges.dcz"
    if not path.exists():
        path.write_bytes(b"".join(compress_stream([data], Settings(pipeline=WORDS, frame_bytes=8 * KiB))))
    assert engine.read_range(path, start, length) == data[start : start + length]


def test_a_range_leaves_other_frames_alone(tmp_path: Path) -> None:
    data = table(16_000)
    blob = bytearray(b"".join(compress_stream([data], Settings(pipeline=WORDS, frame_bytes=8 * KiB))))
    blob[len(blob) // 2] ^= 255  # somewhere in the middle frames
    path = tmp_path / "damaged.dcz"
    path.write_bytes(blob)
    assert engine.read_range(path, 0, 8 * KiB) == data[: 8 * KiB]
    with pytest.raises(CorruptStream):
        engine.read_range(path, 0, len(data))
    with pytest.raises(InvalidParams):
        engine.read_range(path, -1, 5)


def test_files_go_both_ways(tmp_path: Path) -> None:
    source, packed, back = tmp_path / "a", tmp_path / "a.dcz", tmp_path / "b"
    source.write_bytes(table(3000))
    assert engine.compress_file(source, packed, Settings(max_trials=30)) == packed.stat().st_size
    assert engine.decompress_file(packed, back) == 12_000
    assert back.read_bytes() == source.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "a.dcz", "b"]


def test_one_small_frame_is_written_without_what_only_many_need(tmp_path: Path) -> None:
    data = bytes(range(200))
    blob = engine.compress(data, max_trials=5)
    assert len(blob) <= len(data) + 24
    inside = engine.info(blob)
    assert (inside.size, inside.sha256, len(inside.blocks)) == (200, None, 1)
    path = tmp_path / "a.dcz"
    path.write_bytes(blob)
    assert engine.read_range(path, 50, 20) == data[50:70]
    noise = random.Random(1).randbytes(MAX_ONLY + 1)
    inside = engine.info(engine.compress(noise, max_trials=5))
    assert inside.sha256 == hashlib.sha256(noise).hexdigest()
    two = b"".join(compress_stream([data], Settings(pipeline=PLAIN, frame_bytes=100)))
    assert engine.info(two).sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("frame_bytes", [512, 2000])
def test_every_damaged_byte_is_found_or_harmless(frame_bytes: int) -> None:
    data = table(300)
    blob = b"".join(compress_stream([data], Settings(pipeline=WORDS, frame_bytes=frame_bytes)))
    for place in range(len(blob)):
        for change in (1, 128, 255):
            wrong = bytearray(blob)
            wrong[place] ^= change
            with suppress(EngineError):  # the level of a leaf, for one, is of no matter to a decoder
                assert engine.decompress(bytes(wrong)) == data


def test_a_cut_file_is_refused_wherever_it_is_cut() -> None:
    blob = engine.compress(table(300), max_trials=5)
    for length in range(len(blob)):
        with pytest.raises(CorruptStream):
            engine.decompress(blob[:length])
        with pytest.raises(CorruptStream):
            engine.info(blob[:length])
    with pytest.raises(CorruptStream):
        engine.decompress(blob + b"\x00")


def test_limits_are_enforced() -> None:
    data = b"0123" * (1 << 18)
    blob = engine.compress(data, max_trials=5)
    with pytest.raises(LimitExceeded):
        engine.decompress(blob, Limits(max_output_bytes=(1 << 20) - 1))
    with pytest.raises(LimitExceeded):
        engine.decompress(blob, Limits(max_memory_bytes=1 << 20))
    with pytest.raises(LimitExceeded):
        engine.decompress(blob, Limits(ratio_floor_bytes=0, max_ratio=10))
    assert engine.decompress(blob, Limits(max_output_bytes=1 << 20)) == data


def test_every_name_of_the_public_face_is_what_it_says() -> None:
    for name in engine._WHERE:
        assert getattr(engine, name).__name__ == name
        assert getattr(engine, name).__doc__
    pipeline, trace = engine.search(table(2000), max_trials=20)
    assert isinstance(pipeline, engine.Pipeline)
    assert len(trace.trials) >= 20


def test_other_files_are_refused() -> None:
    for data in (b"", MAGIC, b"PK\x03\x04", MAGIC + b"\x09"):
        with pytest.raises(CorruptStream):
            engine.decompress(data)
