"""Columns given others: exactly restored, and proposed where they belong together."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression.engine.analysis import proposals
from compression.engine.errors import CorruptStream, InvalidParams
from compression.engine.streams import Stream, array
from compression.engine.transforms.table import Table

from .trips import assert_restored, restored

FIELD = st.one_of(
    st.integers(-2000, 2000).map(str),
    st.sampled_from(
        ["", "1.5", "-0.25", "10", '"x"', "NA", "Very long text of a field", "12345678901234567890"]
    ),
)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.lists(FIELD, min_size=4, max_size=4), min_size=2, max_size=40))
def test_every_order_is_undone(rows: list[list[str]]) -> None:
    text = "".join(",".join(row) + "\n" for row in [["1", "2", "3", "4"], *rows]).encode()
    for others in ((2, 3, 4, 0), (0, 1, 1, 3), (4, 4, 0, 3)):
        table = Table(columns=(4,), given=others)
        assert restored(table, table.encode(Stream(array(text)))) == text


def test_a_column_has_its_rows_in_the_order_of_the_other() -> None:
    result = assert_restored(Table(columns=(2,), given=(0, 1)), b"10,a\n-2,b\n9.5,c\n-10,d\n,e\n9.5,f\n")
    assert result.streams[1].data.tobytes() == b"d\nb\ne\nc\nf\na\n"


@pytest.mark.parametrize(
    "given", [(1, 0), (2, 1), (0,), (0, 3), (2, 0, 0), (0, 0, 0, 1, 0), (0, 1, 0, 0, 0, 0)]
)
def test_what_cannot_be_restored_is_refused(given: tuple[int, ...]) -> None:
    with pytest.raises(InvalidParams):
        Table(columns=(2,) if len(given) < 5 else (2, 3), given=given)


def test_columns_of_other_lengths_are_refused() -> None:
    transform = Table(columns=(2,), given=(0, 1))
    result = assert_restored(transform, b"1,2\n3,4\n")
    good = [stream.data for stream in result.streams]
    for place, other in ((0, b"1\n"), (1, b"2\n4\n6\n"), (1, b"2\n4"), (0, b"")):
        streams = [*good[:place], array(other), *good[place + 1 :]]
        with pytest.raises(CorruptStream):
            transform.decode(streams, result.note, 1 << 24)


def proposed(rows: Sequence[tuple[object, ...]]) -> list[tuple[int, ...]]:
    """What columns are given in the tables that are proposed."""
    text = "".join(",".join(map(str, row)) + "\n" for row in rows).encode()
    tables = [proposal.chain[0] for proposal in proposals(Stream(array(text)))]
    return [table.given for table in tables if isinstance(table, Table)]


def test_columns_that_belong_together_are_found() -> None:
    random = np.random.default_rng(5)
    key = random.integers(0, 300, 3000)
    prices, amounts = random.integers(0, 90_000, 300), random.integers(0, 1000, 3000)
    noise = random.integers(0, 5, 3000)
    rows = [
        (n, k, f"{prices[k] / 100:.2f}", a, a + e)
        for n, (k, a, e) in enumerate(zip(key, amounts, noise, strict=True))
    ]
    found = proposed(rows)
    assert found[-1] == ()
    first, item, price, amount, total = found[0]
    assert first == 0
    assert (item, price) in {(0, 2), (3, 0)}
    assert (amount, total) in {(0, 4), (5, 0)}


def test_columns_that_have_nothing_in_common_stay_as_they_are() -> None:
    random = np.random.default_rng(6)
    columns = random.integers(0, 1000, (2000, 3))
    assert proposed([tuple(row) for row in columns.tolist()]) == [()]
