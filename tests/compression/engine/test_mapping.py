"""The map of a container: what each block was made with, and the next best."""

import contextlib
import json

import numpy as np
import pytest

from compression import engine
from compression.engine.blockmap import EXAMINED, LISTED, BlockMap
from compression.engine.codecs.reader import Bytes
from compression.engine.container import Writing
from compression.engine.errors import CorruptStream
from compression.engine.isolation.analyse import blocks as blocks_in_child
from compression.engine.isolation.client import memory_file
from compression.engine.leaves.lzma import LzmaLeaf
from compression.engine.leaves.store import Store
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.mapping import blocks_of
from compression.engine.pipeline import End, Pipeline, Step
from compression.engine.streams import array
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.planes import Planes

NUMBERS = np.cumsum(np.random.default_rng(1).integers(0, 90, 10_000)).astype("<u4").tobytes()
TEXT = b"A sentence that is there again and again, number %d.\n" % 7 * 400
FIELDS = Pipeline.of(Step(Delta(width=4), [Step(Planes(width=4), [End(ZstdLeaf())] * 3 + [End(LzmaLeaf())])]))
PLAIN = Pipeline.of(End(ZstdLeaf(level=3)))
STORED = Pipeline.of(End(Store()))


def container(*frames: tuple[Pipeline, bytes]) -> bytes:
    writing = Writing()
    pieces = [writing.start()]
    pieces += [
        writing.frame(pipeline, array(data), pipeline.encode(array(data))) for pipeline, data in frames
    ]
    return b"".join([*pieces, writing.end()])


def test_each_block_says_what_it_was_made_with_and_what_came_next() -> None:
    blob = container((FIELDS, NUMBERS), (PLAIN, TEXT), (FIELDS, NUMBERS[:4000]))
    found = engine.blocks(blob)
    assert (found.size, found.packed_size, found.blocks_total) == (
        len(NUMBERS) + len(TEXT) + 4000,
        len(blob),
        3,
    )
    assert [(used.plain, used.blocks) for used in found.pipelines] == [(False, 2), (True, 1)]
    fields, plain = found.pipelines
    assert fields.transforms == ("differences of neighbours", "byte planes")
    assert fields.words == "differences of neighbours › byte planes → Zstandard 19, LZMA"
    assert plain.words == "Zstandard 3"
    first, second, third = found.blocks
    assert [block.pipeline for block in found.blocks] == [0, 1, 0]
    assert (second.offset, second.size, third.number) == (len(NUMBERS), len(TEXT), 2)
    assert first.examined is not None
    assert (
        sum(first.examined.leaf_bytes) + first.examined.head_bytes == first.packed_size == first.examined.own
    )
    assert first.examined.margin is not None
    assert first.examined.margin > 0.2
    assert first.examined.rival in ("LZMA", "bzip3", "Zstandard 19", "Zstandard 3")


def test_a_rival_may_be_better_than_what_was_chosen() -> None:
    (block,) = engine.blocks(container((STORED, TEXT))).blocks
    assert block.examined is not None
    assert block.examined.margin is not None
    assert block.examined.margin < -0.9


def test_the_budget_ends_it_and_the_map_says_so() -> None:
    blob = container(*[(PLAIN, TEXT)] * 20)
    found = engine.blocks(blob, budget_cpu_s=0)
    assert (found.blocks_total, len(found.blocks), found.examined) == (20, 20, 0)


def test_of_many_blocks_some_are_listed_and_fewer_examined() -> None:
    blob = container(*[(STORED, bytes([n % 251]) * 40) for n in range(LISTED + 300)])
    read: list[int] = []

    def reader(offset: int, length: int) -> Bytes:
        read.append(length)
        return blob[offset : offset + length]

    found = blocks_of(reader, len(blob))
    assert (found.blocks_total, len(found.blocks)) == (LISTED + 300, LISTED)
    assert found.blocks[0].number == 0
    assert found.blocks[-1].number == LISTED + 299
    assert 0 < found.examined <= EXAMINED
    assert len(read) < LISTED + EXAMINED + 10


def test_a_child_says_the_same() -> None:
    blob = container((FIELDS, NUMBERS), (PLAIN, TEXT))
    with memory_file(blob) as source:
        found = blocks_in_child(source.fileno())
    assert found.config() | {"cpu_s": 0} == engine.blocks(blob).config() | {"cpu_s": 0}
    assert BlockMap.from_config(json.loads(json.dumps(found.config()))) == found


@pytest.mark.parametrize("blob", [b"", b"no container", b"\xdcZC1" + bytes(40)])
def test_what_is_no_container_is_refused(blob: bytes) -> None:
    with pytest.raises(CorruptStream):
        engine.blocks(blob)


def test_an_empty_one_has_no_blocks() -> None:
    found = engine.blocks(container())
    assert (found.size, found.blocks, found.pipelines) == (0, (), ())


def test_damage_is_an_error_and_nothing_else() -> None:
    blob = container((FIELDS, NUMBERS), (PLAIN, TEXT))
    for place in range(0, len(blob), max(len(blob) // 150, 1)):
        damaged = bytearray(blob)
        damaged[place] ^= 0x41
        with contextlib.suppress(CorruptStream):
            assert engine.blocks(bytes(damaged), budget_cpu_s=0.05).blocks_total == 2
