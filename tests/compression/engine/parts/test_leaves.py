"""Every leaf: what goes in comes out, whatever it is; and what comes back damaged does no harm."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression.engine.errors import CorruptStream
from compression.engine.leaves import Leaf, leaves
from compression.engine.leaves.brotli import BrotliLeaf
from compression.engine.leaves.bzip3 import Bzip3Leaf
from compression.engine.leaves.errors import ErrorsLeaf
from compression.engine.leaves.lz4 import Lz4Leaf
from compression.engine.leaves.lzma import LzmaLeaf
from compression.engine.leaves.mix import MixLeaf
from compression.engine.leaves.pcodec import TYPES, PcodecLeaf
from compression.engine.leaves.store import Store
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.streams import array, flat
from compression.engine.wire import Reader, Writer

# One line for every set of parameters that is worth it: the leaf, and bytes of a number.
CASES: list[tuple[Leaf, int]] = [
    (Store(), 1),
    *((ZstdLeaf(level=level), 1) for level in (1, 9, 22)),
    *((LzmaLeaf(lc=lc, lp=lp, pb=pb), 1) for lc, lp, pb in ((3, 0, 2), (0, 2, 2), (4, 0, 0))),
    *((BrotliLeaf(quality=quality), 1) for quality in (1, 11)),
    (Bzip3Leaf(), 1),
    *((Lz4Leaf(level=level), 1) for level in (0, 9)),
    (MixLeaf(), 1),
    (MixLeaf(model="numbers", width=3), 1),
    *((ErrorsLeaf(width=width, step=step), width) for width in (1, 2, 4) for step in (1, 3)),
    (ErrorsLeaf(width=2, step=1, row=7, plane=30), 2),
    (ErrorsLeaf(width=1, step=3, row=12), 1),
    *((PcodecLeaf(type=kind), int(kind[1])) for kind in TYPES),
]
each = pytest.mark.parametrize(("leaf", "width"), CASES, ids=[str(case) for case, _ in CASES])


def test_every_leaf_has_a_line_here() -> None:
    """A new one is not forgotten."""
    assert {type(case) for case, _ in CASES} == set(leaves.all().values())


@each
@settings(max_examples=25, deadline=None)
@given(data=st.binary(max_size=400), times=st.integers(1, 9))
def test_what_goes_in_comes_out(leaf: Leaf, width: int, data: bytes, times: int) -> None:
    content = (data * times)[: len(data) * times // width * width]
    assert leaf.decode(leaf.encode(array(content)), len(content)).tobytes() == content


@each
def test_large_content_of_several_kinds_comes_back(leaf: Leaf, width: int) -> None:
    random = np.random.default_rng(7)
    most = int(60_000 * min(leaf.speeds))  # what takes a fraction of a second
    noise = random.integers(0, 256, 1 << 18, dtype=np.uint8)
    for content in (
        noise,
        noise >> 5,
        np.zeros(1 << 20, np.uint8),
        np.arange(1 << 18, dtype="<u4"),
    ):
        part = flat(content)[: most // 8 * 8]
        assert np.array_equal(leaf.decode(leaf.encode(part), len(part)), part)


@each
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_is_an_error_or_other_bytes_of_the_same_number(
    leaf: Leaf, width: int, data: st.DataObject
) -> None:
    content = data.draw(st.binary(max_size=300))
    encoded = bytearray(leaf.encode(array(content[: len(content) // width * width])))
    for place in data.draw(st.lists(st.integers(0, len(encoded) - 1), max_size=3)) if encoded else []:
        encoded[place] ^= data.draw(st.integers(1, 255))
    size = data.draw(st.one_of(st.just(len(content)), st.integers(0, 1000)))
    with suppress(CorruptStream):
        assert len(leaf.decode(encoded, size)) == size


@each
def test_what_is_cut_is_refused_or_complete_after_all(leaf: Leaf, width: int) -> None:
    content = array(bytes(range(64)) * 30)
    encoded = leaf.encode(content)
    for length in range(0, len(encoded), 1 + len(encoded) // 40):
        with suppress(CorruptStream):
            assert np.array_equal(leaf.decode(encoded[:length], len(content)), content)


@each
def test_both_written_forms_lead_back(leaf: Leaf, width: int) -> None:
    assert leaves.from_config(leaf.config()) == leaf
    writer = Writer()
    leaf.pack(writer)
    reader = Reader(writer.data)
    assert leaves.of_code(reader.number(), reader) == leaf
    assert reader.left == 0
