"""Rows into one: the same whatever the order, the grouping and the layouts, and nothing high is ever lost."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from metrics.storage.levels import DAYS, HOURS, MINUTES, Level
from metrics.storage.merging import CPU, Row, merge, row_of_sample

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = [CPU, "system.load_1", "queue.depth.cpu", "http.requests_s"]

values = st.one_of(st.floats(-1e300, 1e300), st.floats(-1e6, 1e6), st.integers(-9, 9).map(float))


@dataclass(frozen=True)
class Second:
    """A sample, before it has a layout."""

    t: datetime
    values: Mapping[str, float]
    busy: bool

    def row(self, names: Sequence[str]) -> Row:
        """Return it in a layout; series that the layout has besides are without a value."""
        context = {"jobs": [{"id": self.t.isoformat()}]} if self.busy else None
        return row_of_sample(self.t, tuple(names), [self.values.get(name) for name in names], context)


@st.composite
def days(draw: Any) -> list[Row]:
    """Seconds of a day, each in a layout of its own."""
    times = draw(st.lists(st.integers(0, 86_399), min_size=1, max_size=30, unique=True))
    rows = []
    for number in times:
        given = draw(st.dictionaries(st.sampled_from(NAMES), values, max_size=4))
        names = draw(st.permutations(sorted(given.keys() | draw(st.sets(st.sampled_from(NAMES))))))
        rows.append(Second(BEGAN + timedelta(seconds=number), given, draw(st.booleans())).row(names))
    return rows


def told(row: Row | None) -> dict[str, tuple[float, float, int]]:
    """Return low, high and count by name, of series that have a value."""
    assert row is not None
    found = {}
    for name, low, mean, high, count in zip(row.names, row.low, row.mean, row.high, row.counts, strict=True):
        assert (low is None) == (mean is None) == (high is None) == (count == 0)
        if low is not None and mean is not None and high is not None:
            assert low <= mean <= high
            found[name] = (low, high, count)
    return found


def means(row: Row | None) -> dict[str, float]:
    assert row is not None
    return {name: mean for name, mean in zip(row.names, row.mean, strict=True) if mean is not None}


def assert_same(first: Row | None, second: Row | None) -> None:
    """See that two rows say the same; means but for the rounding of their last digits."""
    assert first is not None
    assert second is not None
    assert told(first) == told(second)
    for name, mean in means(first).items():
        low, high, _ = told(first)[name]
        assert math.isclose(mean, means(second)[name], rel_tol=1e-9, abs_tol=1e-9 * max(abs(low), abs(high)))
    assert first.context == second.context


def rolled(level: Level, rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the level above, as a roll-up makes them."""
    buckets: dict[datetime, list[Row]] = {}
    for row in rows:
        buckets.setdefault(level.bucket(row.t), []).append(row)
    made = [merge(t, inside) for t, inside in buckets.items()]
    return [row for row in made if row is not None]


@given(days())
def test_a_bucket_says_what_its_seconds_say(rows: list[Row]) -> None:
    made = merge(BEGAN, rows)
    expected: dict[str, list[float]] = {}
    for row in rows:
        for name, value in zip(row.names, row.low, strict=True):
            if value is not None:
                expected.setdefault(name, []).append(value)
    assert told(made) == {name: (min(some), max(some), len(some)) for name, some in expected.items()}
    for name, mean in means(made).items():
        largest = max(map(abs, expected[name]))
        assert math.isclose(
            mean, math.fsum(expected[name]) / len(expected[name]), rel_tol=1e-9, abs_tol=1e-9 * largest
        )


@given(days(), st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[Row], chance: random.Random) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert merge(BEGAN, shuffled) == merge(BEGAN, rows)


@given(days(), st.randoms())
def test_how_rows_are_grouped_does_not_matter(rows: list[Row], chance: random.Random) -> None:
    groups: list[list[Row]] = [[] for _ in range(4)]
    for row in rows:
        groups[chance.randrange(4)].append(row)
    parts = [merge(BEGAN + timedelta(hours=number), group) for number, group in enumerate(groups)]
    assert_same(merge(BEGAN, [part for part in parts if part is not None]), merge(BEGAN, rows))


@given(days(), st.randoms())
def test_layouts_do_not_matter(rows: list[Row], chance: random.Random) -> None:
    moved = []
    for row in rows:
        places = list(range(len(row.names)))
        chance.shuffle(places)
        low = [row.low[place] for place in places]
        names = tuple(row.names[place] for place in places)
        moved.append(Row(row.t, names, low, low, low, [row.counts[place] for place in places], row.context))
    assert_same(merge(BEGAN, moved), merge(BEGAN, rows))


@given(days())
def test_rolled_up_again_and_again_is_rolled_up_once(rows: list[Row]) -> None:
    (ladder,) = rolled(DAYS, rolled(HOURS, rolled(MINUTES, rows)))
    assert_same(ladder, merge(BEGAN, rows))


@given(days(), st.sampled_from(NAMES), st.integers(0, 86_399))
def test_a_spike_of_a_second_is_the_high_of_every_level(rows: list[Row], name: str, second: int) -> None:
    spike = Second(BEGAN + timedelta(seconds=second, milliseconds=500), {name: 2e300}, busy=False)
    rows = [*rows, spike.row([name])]
    for level in (MINUTES, HOURS, DAYS):
        rows = rolled(level, rows)
        (found,) = [row for row in rows if row.t == level.bucket(spike.t)]
        assert told(found)[name][1] == 2e300


@given(days())
def test_the_context_is_of_the_busiest_second_that_has_one(rows: list[Row]) -> None:
    made = merge(BEGAN, rows)
    busy = [row for row in rows if row.context is not None]
    assert made is not None
    if not busy:
        assert made.context is None
        return

    def processor(row: Row) -> float:
        value = row.high[row.names.index(CPU)] if CPU in row.names else None
        return -math.inf if value is None else value

    highest = max(map(processor, busy))
    first = min((row for row in busy if processor(row) == highest), key=lambda row: row.t)
    assert made.context == first.context


def test_of_nothing_comes_nothing() -> None:
    assert merge(BEGAN, []) is None
    empty = merge(BEGAN, [Row(BEGAN, (), [], [], [], [])])
    assert empty is not None
    assert told(empty) == {}
