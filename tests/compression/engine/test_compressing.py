"""Large and changing content, faults of parts, and attempts that were killed: no byte is lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from compression import engine
from compression.engine.codecs.reader import Bytes
from compression.engine.compressing import Compressing, Settings, compress_stream
from compression.engine.errors import LimitExceeded, Stopped
from compression.engine.leaves import Leaf
from compression.engine.leaves.base import leaves
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.limits import KiB, Limits, MiB
from compression.engine.parts import Registry
from compression.engine.pipeline import End, Pipeline, Step
from compression.engine.streams import Array, array
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.planes import Planes
from tests.compression.engine.samples import prose

WORDS = Pipeline.of(Step(Delta(width=4), [Step(Planes(width=4), [End(ZstdLeaf(level=9)) for _ in range(4)])]))
STORED_NAME = Pipeline.of(End(leaves.from_config({"id": "store"}))).name


def numbers(count: int, seed: int = 1) -> bytes:
    """Numbers of four bytes that move slowly."""
    return np.cumsum(np.random.default_rng(seed).integers(-5, 6, count)).astype("<i4").tobytes()


@pytest.fixture
def broken_leaf() -> Iterator[type[Leaf]]:
    """A leaf that gives back other bytes than it was given, now and then, or fails."""
    before = dict(leaves._by_code), dict(leaves._by_id)

    @leaves.register
    @dataclass(frozen=True)
    class Broken(Leaf):
        id: ClassVar[str] = "broken"
        code: ClassVar[int] = 999
        title: ClassVar[str] = "broken"
        encode_mb_s: ClassVar[float] = 1000
        decode_mb_s: ClassVar[float] = 1000

        def encode(self, data: Array) -> bytes:
            if len(data) == 5000:
                raise ZeroDivisionError("a bug")
            return b"tiny"

        def _decode(self, encoded: Bytes, size: int) -> bytes:
            return bytes(size)

    yield Broken
    leaves._by_code, leaves._by_id = before


@pytest.mark.parametrize("size", [4000, 5000])
def test_a_leaf_that_lies_never_reaches_a_user(broken_leaf: type[Leaf], size: int) -> None:
    assert isinstance(leaves, Registry)
    data = prose(size, seed=4)
    blob = engine.compress(data, pipeline=Pipeline.of(End(broken_leaf())))
    assert engine.decompress(blob) == data
    assert "broken" not in str(engine.info(blob).blocks[0].config)
    assert len(blob) < len(data)


def test_a_pipeline_that_does_not_fit_is_left_for_another() -> None:
    data = prose(4001, seed=2)
    blob = engine.compress(data, pipeline=WORDS)
    assert engine.decompress(blob) == data
    assert WORDS.name not in {block.pipeline for block in engine.info(blob).blocks}


def test_noise_is_stored() -> None:
    data = np.random.default_rng(0).bytes(50_000)
    (block,) = engine.info(engine.compress(data, max_trials=30)).blocks
    assert block.pipeline == STORED_NAME


def test_content_that_changes_is_searched_again() -> None:
    data = numbers(40_000) + prose(160_000, seed=1) + numbers(40_000, seed=2)
    work = Compressing(Settings(max_trials=60, frame_bytes=32 * KiB))
    blob = b"".join(work.pieces([data]))
    assert engine.decompress(blob) == data
    assert 2 <= len(work.traces) < len(engine.info(blob).blocks)
    assert len({block.pipeline for block in engine.info(blob).blocks}) >= 2


def test_frames_are_cut_where_elements_end() -> None:
    data = numbers(20_000)
    blob = b"".join(compress_stream([data], Settings(pipeline=WORDS, frame_bytes=10_002)))
    sizes = [block.size for block in engine.info(blob).blocks]
    assert sum(sizes) == len(data)
    assert all(size % 4 == 0 for size in sizes)
    assert {block.pipeline for block in engine.info(blob).blocks} == {WORDS.name}


def test_it_stops_when_asked() -> None:
    work = Compressing(Settings(pipeline=WORDS, frame_bytes=4 * KiB), should_stop=lambda: True)
    with pytest.raises(Stopped):
        b"".join(work.pieces([numbers(5000)]))


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 0.999])
def test_an_attempt_that_was_killed_is_gone_on_with(share: float, tmp_path: Path) -> None:
    source, target = tmp_path / "numbers", tmp_path / "numbers.dcz"
    source.write_bytes(numbers(60_000))
    settings = Settings(pipeline=WORDS, frame_bytes=16 * KiB)
    whole = b"".join(compress_stream([source.read_bytes()], settings))
    partial = tmp_path / "numbers.dcz.partial"
    partial.write_bytes(whole[: int(len(whole) * share)])
    assert engine.compress_file(source, target, settings) == len(whole)
    assert target.read_bytes() == whole
    assert not partial.exists()


def test_what_an_attempt_left_is_of_no_use_where_the_source_has_changed(tmp_path: Path) -> None:
    source, target = tmp_path / "numbers", tmp_path / "numbers.dcz"
    settings = Settings(pipeline=WORDS, frame_bytes=16 * KiB)
    old = b"".join(compress_stream([numbers(60_000, seed=8)], settings))
    (tmp_path / "numbers.dcz.partial").write_bytes(old[: len(old) // 2])
    source.write_bytes(numbers(60_000, seed=9))
    engine.compress_file(source, target, settings)
    assert engine.decompress(target.read_bytes()) == source.read_bytes()


def test_faults_are_told(broken_leaf: type[Leaf]) -> None:
    work = Compressing(Settings(pipeline=Pipeline.of(End(broken_leaf()))))
    assert engine.decompress(b"".join(work.pieces([prose(4000, seed=4)]))) == prose(4000, seed=4)
    (fault,) = work.faults
    assert "VerificationFailed" in fault


def test_memory_to_decode_is_bounded_where_it_was_asked_for() -> None:
    data = prose(600_000, seed=9)
    most = 4 * MiB
    blob = engine.compress(data, constraints=engine.Constraints(max_memory_bytes=most), max_trials=60)
    assert engine.decompress(blob, Limits(max_memory_bytes=most)) == data
    assert len(blob) < len(data) / 2
    free = engine.compress(data, max_trials=60)
    assert len(free) < len(blob)
    with pytest.raises(LimitExceeded):
        engine.decompress(free, Limits(max_memory_bytes=most))


def test_another_seed_looks_at_other_places() -> None:
    data = numbers(300_000)
    first, again, other = (engine.search(data, max_trials=80, seed=seed)[1].trials for seed in (0, 0, 1))
    assert [trial.size for trial in first] == [trial.size for trial in again]
    assert [trial.size for trial in first] != [trial.size for trial in other]


def test_the_trace_tells_of_the_best_so_far() -> None:
    data = numbers(60_000)
    pipeline, trace = engine.search(data, max_trials=200)
    told = [trial.best for trial in trace.trials if trial.best]
    assert told == sorted(told, reverse=True)
    assert 0 < trace.best <= told[0]
    assert trace.best == pytest.approx(len(pipeline.encode(array(data))), rel=0.15)


def test_a_search_that_ends_anywhere_has_the_best_so_far() -> None:
    """More trials never lead to what is much larger: what was known is not given up for what was tried last."""
    rows = "".join(f"{n},2024-01-{1 + n % 28:02d},{n / 8:.3f},name {n % 9}\n" for n in range(3000)).encode()
    sizes = [len(engine.compress(rows, max_trials=trials)) for trials in range(36, 86, 7)]
    assert all(after < 1.1 * before for before, after in pairwise(sizes))
    assert sizes[-1] < sizes[0]
