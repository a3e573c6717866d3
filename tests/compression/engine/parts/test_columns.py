"""Columns of strings: what is proposed for them, and that odd strings do no harm."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from compression.engine.analysis import proposals
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import Kind, Stream, array, words
from compression.engine.transforms import Transform
from compression.engine.transforms.affixes import Affixes
from compression.engine.transforms.decimals import Decimals
from compression.engine.transforms.front import Front
from compression.engine.transforms.hexes import Hexes
from compression.engine.transforms.moments import Moments
from compression.engine.transforms.words import Words

ROWS = 600


def column(strings: list[str]) -> Stream:
    """A stream of strings."""
    return Stream(array("".join(f"{string}\n" for string in strings).encode()), 1, Kind.STRINGS, "x")


def chains(strings: list[str]) -> list[tuple[Transform, ...]]:
    """What is proposed for a column."""
    return [proposal.chain for proposal in proposals(column(strings))]


def numbers(transform: Transform, strings: list[str]) -> list[int]:
    """The numbers that come out, proved to lead back."""
    stream = column(strings)
    encoded = transform.encode(stream)
    streams = [array(part.data.tobytes()) for part in encoded.streams]
    assert transform.decode(streams, encoded.note, 1 << 24).tobytes() == stream.data.tobytes()
    return [int(number) for number in words(encoded.streams[0].data, encoded.streams[0].width)]


def test_numbers_are_scaled_from_the_least_by_their_step() -> None:
    assert numbers(Decimals(width=1, places=2), ["-1.5", "0", "NA", "0.25", "-0", "1e5", "0.50", "7"]) == [
        *(0, 6, 7, 34),
    ]


def test_numbers_without_room_are_kept_aside() -> None:
    strings = [str(number) for number in range(200)]
    assert numbers(Decimals(width=1), [*strings, "-9999", "123456789012345678"]) != []
    assert len(numbers(Decimals(width=1), [*strings, "-9999", "123456789012345678"])) == 200


def test_numbers_of_which_many_have_no_room_are_refused() -> None:
    with pytest.raises(Unfit):
        numbers(Decimals(width=1), [str(number) for number in range(400)])


def test_what_grows_has_room_for_what_follows() -> None:
    found = chains([str(number) for number in range(60_000)])
    assert [chain[0] for chain in found if isinstance(chain[0], Decimals)] == [Decimals(width=4)]


@pytest.mark.parametrize(
    "string",
    ["", "-", ".", "1.", ".5", "+1", "01", "1.230", "-0.00", "1 ", "12345678901234567890", "\r", "1,5"],
)
def test_what_is_written_otherwise_is_kept_aside(string: str) -> None:
    assert len(numbers(Decimals(width=8, places=3), ["1", string, "2.5"])) == 2


@pytest.mark.parametrize(
    ("strings", "expected"),
    [
        ([str(n * n) for n in range(ROWS)], Decimals(width=4)),
        ([f"{n / 100:.2f}" for n in range(-300, 300)], Decimals(width=2, places=2, least=2)),
        ([f"{n / 100:g}" for n in range(ROWS)], Decimals(width=2, places=2)),
        ([f"{n:05d}" for n in range(ROWS)], Decimals(width=2, length=5)),
        (
            [f"{n * n * 9:9.1f}" for n in range(ROWS)],
            Decimals(width=4, places=1, least=1, length=9, fill="spaces"),
        ),
        (["red", "green", "blue"] * 200, Words(index=1)),
        ([f"/usr/lib/{n // 7:04d}/x{n % 7}" for n in range(ROWS)], Front()),
    ],
)
def test_the_form_is_found(strings: list[str], expected: Transform) -> None:
    assert (expected,) in chains(strings)


def test_hexadecimal_digits_are_found() -> None:
    hashes = [hashlib.sha256(b"%d" % n).hexdigest() for n in range(ROWS)]
    assert (Hexes(width=32),) in chains(hashes)
    assert (Hexes(width=8, letters="upper"),) in chains(
        [f"{{{name[:8]}-{name[8:16]}}}".upper() for name in hashes]
    )
    assert numbers(Hexes(width=4), ["x000000ff", "0", "x0001a000"]) == [0xFF, 0x1A000]


def test_what_all_begin_and_end_with_hinders_nothing() -> None:
    assert (Affixes(), Decimals(width=2)) in chains([f'"{n}"' for n in range(ROWS)])
    assert (Affixes(), Decimals(width=2)) in chains(["-", *(f"USD {n} each" for n in range(ROWS))])
    days = [f"'2021-01-{n % 28 + 1:02d}'" for n in range(ROWS)]
    assert any(len(chain) == 2 and isinstance(chain[1], Moments) for chain in chains(days))


@pytest.mark.parametrize(
    "layout",
    [
        "%Y-%m-%d",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%dT%H:%M:%S+00:00",
        "%Y/%m/%d %H:%M",
        "%d/%m/%Y",
        "%m/%d/%Y %H:%M:%S",
        "%d.%m.%y",
        "%d/%b/%Y:%H:%M:%S +0000",
        "%a, %d %b %Y %H:%M:%S GMT",
        "%a %b %d %H:%M:%S %Y",
        "%b %e %H:%M:%S",
        "%H:%M:%S",
        "%Y%m%d",
        "%Y%m%d-%H%M%S",
    ],
)
def test_dates_and_times_are_found_and_become_numbers(layout: str) -> None:
    start = datetime(2004, 1, 25, 1, 7, 9, tzinfo=UTC)
    moments = [(start + timedelta(seconds=n * 7 * 86400 // 3 + n)).strftime(layout) for n in range(ROWS)]
    found = [chain[0] for chain in chains(moments) if isinstance(chain[0], Moments)]
    assert layout in [moment.layout for moment in found]
    best = next(moment for moment in found if moment.layout == layout)
    assert len(numbers(best, moments)) == ROWS


def test_parts_of_seconds_and_hours_without_zeros() -> None:
    moments = [f"{n % 12 + 1}/{n % 28 + 1}/2021 {n % 24}:{n % 60:02d}:00" for n in range(ROWS)]
    assert any(str(chain[0]).endswith("layout=%-m/%-d/%Y %-H:%M:%S)") for chain in chains(moments))
    moments = [f"2021-01-01 10:00:{n % 60:02d}.{n * 997 % 1000:03d}" for n in range(ROWS)]
    assert any("%S.%3f" in str(chain[0]) for chain in chains(moments))


def test_dates_are_counted_as_the_calendar_does() -> None:
    days = [date.fromordinal(n) for n in range(1, date.max.toordinal(), 997)]
    counted = numbers(Moments(width=4), [day.isoformat() for day in days])
    assert counted == [(day - days[0]).days // 997 for day in days]
    weekdays = [day.strftime("%a ") + day.isoformat() for day in days]
    assert len(numbers(Moments(layout="%a %Y-%m-%d", width=4), weekdays)) == len(days)


@pytest.mark.parametrize(
    "string",
    ["2021-02-29", "1900-02-29", "2020-13-01", "2020-00-01", "2020-1-01", "2020-01-01 ", "20-01-01", ""],
)
def test_impossible_dates_are_kept_aside(string: str) -> None:
    assert len(numbers(Moments(), ["2020-01-01", string])) == 1


@pytest.mark.parametrize("layout", ["", "x", "%Q", "%Y%Y", "%m %b", "%", "%0f", "%Y\n"])
def test_impossible_layouts_are_refused(layout: str) -> None:
    with pytest.raises(InvalidParams):
        Moments(layout=layout)


def test_a_few_numbers_do_not_decode_to_more_than_possible() -> None:
    column = array(bytes(1000))
    for transform in (Decimals(width=1, length=40), Moments(width=1, layout="%Y-%m-%d %H:%M:%S")):
        with pytest.raises(CorruptStream):
            transform.decode([column, column[:0], column[:0]], b"\x00\x01", 5000)


def test_nothing_is_proposed_for_noise_and_nothing_fails() -> None:
    noise = np.random.default_rng(3).integers(0, 256, 5000, dtype=np.uint8)
    for data in (b"", b"\n", b"a", noise.tobytes() + b"\n"):
        assert list(proposals(Stream(array(data), 1, Kind.STRINGS))) == []
    assert chains([""] * 50) == [(Words(index=1),)]
    assert chains(["a"]) == [(Affixes(),)]
