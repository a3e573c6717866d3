"""What is proposed for numbers: what they are, and little of it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression.engine.analysis import Proposal
from compression.engine.analysis.decimals import decimal_power
from compression.engine.analysis.numbers import numbers, runs
from compression.engine.errors import Unfit
from compression.engine.streams import Kind, Stream, array, flat
from compression.engine.transforms.fixed import Fixed
from compression.engine.transforms.narrow import Narrow

RANDOM = np.random.default_rng(5)
MOST = 10


def proposed(values: Any, kind: Kind = Kind.NUMBERS, lags: tuple[int, ...] = ()) -> list[Proposal]:
    """All for these numbers, each tried."""
    stream = Stream(flat(values), values.dtype.itemsize, kind, "x", lags)
    found = list(numbers(stream))
    for proposal in found:
        part = stream
        for transform in proposal.chain:
            part = next(iter(transform.encode(part).streams), part)
    assert len(found) <= MOST
    return found


def first(values: Any, kind: Kind = Kind.NUMBERS) -> str:
    """The ids of the chain that is proposed first."""
    return " ".join(transform.id for transform in proposed(values, kind)[0].chain)


def test_one_value_only() -> None:
    assert first(np.full(500, 77, "<u4")) == "same"


@pytest.mark.parametrize("kind", ["<f4", "<f8"])
def test_decimals_are_recognised_in_floats_however_they_are_called(kind: str) -> None:
    prices = np.round(RANDOM.gamma(2, 30, 5000), 2).astype(kind)
    for called in (Kind.NUMBERS, Kind.FLOATS):
        best = proposed(prices, called)[0].chain[0]
        assert isinstance(best, Fixed)
        assert (best.places, best.whole) == (2, 2)


def test_floats_that_are_no_decimals_have_their_exponents_apart() -> None:
    assert first(RANDOM.normal(5, 1, 5000).astype("<f4"), Kind.FLOATS) == "float-bits planes"


def test_decimals_with_exceptions_are_decimals() -> None:
    values = np.round(RANDOM.normal(0, 50, 4000), 1)
    values[::50] = np.pi
    values[7], values[9] = np.nan, -0.0
    assert decimal_power(values) == 1
    stream = Stream(values.view(np.uint8))
    made = Fixed(width=8, places=1, whole=2).encode(stream)
    assert made.streams[0].count == 4000
    assert 80 <= made.streams[1].count <= 90


@pytest.mark.parametrize(
    "values", [RANDOM.integers(0, 256, 3000, dtype="<u4").view("<f4"), np.zeros(9), np.ones(0)]
)
def test_what_is_no_decimal_is_none(values: Any) -> None:
    assert decimal_power(values) is None


def test_a_small_range_and_large_steps_are_found() -> None:
    narrow = proposed(RANDOM.integers(0, 200, 3000).astype("<u8") * 3_600 + (1 << 40))[0].chain[0]
    assert isinstance(narrow, Narrow)
    assert narrow.narrow == 4
    assert (
        max(Narrow(width=8, narrow=4).encode(Stream(flat(np.arange(0, 9000, 9)), 8)).streams[0].data[::4])
        <= 255
    )


def test_few_that_are_far_off_do_not_widen_the_range() -> None:
    values = RANDOM.integers(-50, 50, 3000).astype("<i4")
    values[[5, 900]] = 1 << 30
    made = Narrow(width=4, narrow=1).encode(Stream(flat(values), 4))
    assert [stream.count for stream in made.streams] == [3000, 2, 2]
    with pytest.raises(Unfit):
        Narrow(width=4, narrow=1).encode(Stream(flat(RANDOM.integers(0, 9999, 3000).astype("<i4")), 4))


def test_differences_are_proposed_for_what_moves_slowly_and_tokens_for_few_values() -> None:
    walk = np.cumsum(RANDOM.integers(-9, 10, 6000)).astype("<i4") + (1 << 28)
    assert any("delta" in str(p.chain[0]) for p in proposed(walk))
    few = RANDOM.choice(RANDOM.integers(0, 1 << 31, 40), 6000).astype("<u4")
    assert any("tokens" in str(p.chain[0]) for p in proposed(few))


def test_neighbours_may_be_further_apart_than_one() -> None:
    walks = np.cumsum(RANDOM.integers(-9, 10, (3000, 3)), axis=0).astype("<i4")
    walks += np.array([0, 1 << 20, 1 << 26], "<i4")
    assert any("lag=3" in str(p.chain[0]) for p in proposed(walks))


def test_runs_are_proposed_where_most_are_as_the_one_before() -> None:
    values = np.repeat(RANDOM.integers(0, 1 << 16, 300).astype("<u2"), 9)
    assert list(runs(Stream(flat(values), 2, Kind.SYMBOLS)))
    assert not list(runs(Stream(flat(np.arange(3000, dtype="<u2")), 2, Kind.SYMBOLS)))


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=400), times=st.integers(1, 9), width=st.sampled_from((1, 2, 3, 4, 8)))
def test_nothing_is_raised_for_any_numbers(data: bytes, times: int, width: int) -> None:
    content = (data * times)[: len(data) * times // width * width]
    for kind in (Kind.NUMBERS, *((Kind.FLOATS,) if width in (4, 8) else ())):
        assert len(list(numbers(Stream(array(content), width, kind)))) <= MOST
