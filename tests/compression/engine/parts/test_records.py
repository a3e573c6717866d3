"""Records are found without a description of them: their length, their fields, where they begin; and not elsewhere."""

import numpy as np
import pytest

from compression.engine.analysis import proposals
from compression.engine.analysis.fields import layout
from compression.engine.analysis.records import records, turns
from compression.engine.analysis.stride import strides
from compression.engine.streams import Array, Kind, Stream
from compression.engine.transforms.split import Split
from tests.compression.engine.samples import prose

RANDOM = np.random.default_rng(11)
COUNT = 6000


def table(order: str = "<", header: int = 0) -> Array:
    """Records of 19 bytes: a slow counter, a measure with noise, a decimal, a class and a checksum."""
    kinds = [
        ("at", f"{order}u4"),
        ("level", f"{order}i2"),
        ("price", f"{order}f8"),
        ("sort", "u1"),
        ("sum", "V4"),
    ]
    rows = np.zeros(COUNT, np.dtype(kinds))
    rows["at"] = 1_600_000_000 + np.cumsum(RANDOM.integers(1, 50, COUNT))
    rows["level"] = np.cumsum(RANDOM.integers(-9, 10, COUNT))
    rows["price"] = np.round(RANDOM.gamma(2, 400, COUNT), 2)
    rows["sort"] = RANDOM.choice([3, 7, 200], COUNT)
    rows["sum"] = RANDOM.integers(0, 1 << 32, COUNT, dtype="u4").view("V4")
    front = np.frombuffer(prose(header, seed=3), np.uint8)[:header]
    return np.concatenate([front, np.frombuffer(rows.tobytes(), np.uint8)])


def found(data: Array) -> list[Split]:
    """The splits that are proposed."""
    return [p.chain[0] for p in records(Stream(data)) if isinstance(p.chain[0], Split)]


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_decimal_among_the_fields_of_records_is_found(order: str) -> None:
    best = layout(table(order), 19)
    place = [(best.phase + int(end) - 8) % 19 for end in np.cumsum(best.widths)]
    number = place.index(6)
    assert best.widths[number] == 8
    assert best.swapped[number] == (order == ">")


@pytest.mark.parametrize("header", [0, 131])
def test_a_header_of_any_length_is_left_out(header: int) -> None:
    best = found(table(header=header))[0]
    assert best.stride == 19
    assert max(0, header - 36) <= best.skip <= header + 36


@pytest.mark.parametrize(
    "data",
    [
        np.frombuffer(prose(60_000, seed=5), np.uint8),
        RANDOM.integers(0, 256, 60_000, dtype=np.uint8),
        np.zeros(0, np.uint8),
        np.zeros(100, np.uint8),
        np.arange(70, dtype=np.uint8),
    ],
    ids=["prose", "noise", "empty", "zeros", "few"],
)
def test_nothing_is_proposed_that_does_not_fit(data: Array) -> None:
    assert found(data) == []


def test_text_and_noise_have_no_records() -> None:
    assert not strides(np.frombuffer(prose(60_000, seed=5), np.uint8))
    assert not strides(RANDOM.integers(0, 256, 60_000, dtype=np.uint8))


def test_an_array_of_numbers_is_a_record_of_one_field() -> None:
    numbers = np.round(RANDOM.normal(20, 5, 9000), 1).view(np.uint8)
    assert found(numbers)[0].widths == (8,)


def test_counts_by_turns_say_which_fields_are_turned() -> None:
    assert turns((False, False)) == ()
    assert turns((True, False, False, True)) == (0, 1, 2, 1)
    assert turns((False, True)) == (1, 1)
    split = Split(widths=(2, 2, 2), swapped=(1, 1))
    fields = split.encode(Stream(np.arange(6, dtype=np.uint8))).streams
    assert [bytes(field.data) for field in fields[:3]] == [b"\x00\x01", b"\x03\x02", b"\x04\x05"]


def test_only_bytes_are_looked_at() -> None:
    assert not [p for p in proposals(Stream(table(), 1, Kind.CODED)) if isinstance(p.chain[0], Split)]
    assert list(records(Stream(table())))
