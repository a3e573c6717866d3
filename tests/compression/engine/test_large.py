"""Content of many frames: cut where its structure allows, by pipelines that last, several frames at a time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from compression import engine
from compression.engine.compressing import Compressing, Settings, compress_stream, continued
from compression.engine.errors import CorruptStream, Stopped
from compression.engine.framing import Framing, in_order
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.limits import KiB
from compression.engine.pipeline import End, Node, Pipeline, Step
from compression.engine.searching import Objective
from compression.engine.streams import Stream, array
from compression.engine.transforms import Transform
from compression.engine.transforms.characters import Characters
from compression.engine.transforms.predict import Predict
from compression.engine.transforms.same import Same
from compression.engine.transforms.sequences import Sequences
from compression.engine.transforms.split import Split
from compression.engine.transforms.table import Table
from compression.engine.transforms.templates import Templates
from compression.engine.transforms.transpose import Transpose
from tests.compression.engine.samples import prose

LEAF = End(ZstdLeaf(level=3))


def records(count: int, flag: int = 7, seed: int = 1) -> bytes:
    """Records of twelve bytes: a number that grows, one that wanders, and one that is always the same."""
    made = np.zeros(count, np.dtype([("number", "<u4"), ("value", "<i4"), ("flag", "<u4")]))
    made["number"] = np.arange(count)
    made["value"] = np.cumsum(np.random.default_rng(seed).integers(-5, 6, count))
    made["flag"] = flag
    return made.tobytes()


def pipelines(blob: bytes) -> list[str]:
    return [block.pipeline for block in engine.info(blob).blocks]


@pytest.mark.parametrize("chunk", [1, 7, 100, 1000])
def test_frames_are_taken_of_what_comes_in_chunks(chunk: int) -> None:
    data = bytes(range(256)) * 2
    framing = Framing((data[at : at + chunk] for at in range(0, len(data), chunk)), 100)
    taken = []
    while len(ahead := framing.ahead()):
        assert len(ahead) == 100 or framing.last
        taken.append(framing.take(len(ahead) if framing.last else 90))
    assert b"".join(part.tobytes() for part in taken) == data


def test_results_come_in_order_and_few_items_are_read_ahead() -> None:
    read = 0

    def items() -> Iterator[int]:
        nonlocal read
        for number in range(1, 20):
            read = number
            yield number

    for number, result in enumerate(in_order(lambda item: item * item, items(), 2), 1):
        assert result == number * number
        assert read <= number + 3


@pytest.mark.parametrize(
    ("transform", "data", "cut"),
    [
        (Table(columns=(2,)), b"a,b\nc,d\ne,", 8),
        (Templates(ends=b"\n}"), b"a 1}b 2}c", 8),
        (Sequences(form="fasta"), b">a\nACGT\nAC", 8),
        (Sequences(form="fastq"), b"@a\nAC\n+\nII\n@b\nAC\n", 11),
        (Characters(form="utf-8"), "é\né".encode()[:-1], 3),
        (Characters(form="utf-16"), bytes(7), 6),
        (Transpose(row=3), bytes(11), 9),
        (Predict(width=2, row=3), bytes(17), 12),
        (Table(columns=(2,)), b"no line end", 0),
    ],
)
def test_a_frame_ends_where_an_element_does(transform: Transform, data: bytes, cut: int) -> None:
    assert transform.cut(array(data)) == cut


def test_a_last_line_that_is_far_from_the_end_is_found() -> None:
    assert Table().cut(array(b"a,b\n" + bytes(200 * KiB))) == 4


def test_records_behind_a_header_go_on_without_one() -> None:
    found = Pipeline.of(Step(Split(widths=(4, 4, 4), skip=5), [LEAF] * 4))
    data = b"head!" + records(20_000)
    blob = b"".join(compress_stream([data], Settings(pipeline=found, frame_bytes=32 * KiB)))
    assert engine.decompress(blob) == data
    behind = continued(found)
    assert behind is not None
    assert isinstance(behind.root, Node)
    assert behind.root.transform == Split(widths=(4, 4, 4))
    assert pipelines(blob) == [found.name] + [behind.name] * (len(pipelines(blob)) - 1)
    sizes = [block.size for block in engine.info(blob).blocks]
    assert all((sum(sizes[:number]) - 5) % 12 == 0 for number in range(1, len(sizes)))


def test_a_field_that_is_the_same_no_more_costs_that_field_alone() -> None:
    found = Pipeline.of(
        Step(Split(widths=(4, 4, 4)), [LEAF, LEAF, Step(Same(width=4), []), LEAF]),
    )
    data = records(8_000) + records(4_000, flag=8) + records(8_000, flag=8)
    settings = Settings(pipeline=found, adapt=True, frame_bytes=36 * KiB, max_trials=40)
    work = Compressing(settings)
    blob = b"".join(work.pieces([data]))
    assert engine.decompress(blob) == data
    assert not work.traces
    roots = {block.config["tree"]["id"] for block in engine.info(blob).blocks}
    assert roots == {"split"}


def test_one_search_serves_for_content_of_one_kind() -> None:
    work = Compressing(Settings(max_trials=200, frame_bytes=64 * KiB, threads=2))
    blob = b"".join(work.pieces([records(40_000)]))
    assert engine.decompress(blob) == records(40_000)
    assert len(work.traces) == 1


def test_a_pipeline_from_before_serves_again_without_a_search() -> None:
    parts = [records(12_000), prose(144_000, seed=3)] * 3
    work = Compressing(Settings(Objective.SPEED, max_trials=60, frame_bytes=48 * KiB))
    blob = b"".join(work.pieces(parts))
    assert engine.decompress(blob) == b"".join(parts)
    assert len(work.traces) <= 4


@pytest.mark.parametrize("threads", [1, 3])
def test_files_go_both_ways_by_several_threads(threads: int, tmp_path: Path) -> None:
    source, packed, back = tmp_path / "records", tmp_path / "records.dcz", tmp_path / "back"
    source.write_bytes(records(40_000))
    found = Pipeline.of(Step(Split(widths=(4, 4, 4)), [LEAF] * 4))
    done: list[int] = []
    settings = Settings(pipeline=found, frame_bytes=48 * KiB, threads=threads)
    engine.compress_file(source, packed, settings, on_bytes=done.append)
    assert done[-1] == source.stat().st_size
    assert sorted(done) == done
    done.clear()
    assert engine.decompress_file(packed, back, threads=threads, on_bytes=done.append) == done[-1]
    assert back.read_bytes() == source.read_bytes()
    assert engine.read_range(packed, 100_000, 1000) == source.read_bytes()[100_000:101_000]
    packed.write_bytes(packed.read_bytes()[:-50] + bytes(50))
    with pytest.raises(CorruptStream):
        engine.decompress_file(packed, back, threads=threads)


def test_what_was_stopped_is_gone_on_with(tmp_path: Path) -> None:
    source, target = tmp_path / "records", tmp_path / "records.dcz"
    source.write_bytes(records(40_000))
    found = Pipeline.of(Step(Split(widths=(4, 4, 4)), [LEAF] * 4))
    settings = Settings(pipeline=found, frame_bytes=48 * KiB)
    done: list[int] = []
    with pytest.raises(Stopped):
        engine.compress_file(
            source, target, settings, on_bytes=done.append, should_stop=lambda: len(done) == 3
        )
    assert not target.exists()
    first = done[0]
    done.clear()
    engine.compress_file(source, target, settings, on_bytes=done.append)
    assert done[0] > 3 * first
    assert engine.decompress(target.read_bytes()) == source.read_bytes()


def test_noise_that_ends_is_noticed() -> None:
    noise = np.random.default_rng(0).bytes(96 * KiB)
    work = Compressing(Settings(Objective.SPEED, max_trials=40, frame_bytes=32 * KiB))
    blob = b"".join(work.pieces([noise, prose(64 * KiB, seed=6)]))
    assert engine.decompress(blob) == noise + prose(64 * KiB, seed=6)
    assert len(blob) < len(noise) + 40 * KiB


def test_fields_of_odd_widths_turned_around_come_back() -> None:
    data = np.random.default_rng(4).bytes(40_000)
    split = Split(widths=(3, 2, 8, 5), swapped=(0, 2, 1, 1), skip=3)
    encoded = split.encode(Stream(array(data)))
    assert encoded.streams[0].data[:3].tobytes() == data[3:6][::-1]
    assert split.decode([stream.data for stream in encoded.streams], encoded.note, 40_000).tobytes() == data
