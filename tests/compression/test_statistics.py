"""Figures with intervals, against tables, textbooks and simulation."""

import math
import random
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compression.statistics import Estimate, geometric_mean, proportion, quantile, t_quantile, typical

positive = st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("freedom", "table"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (5, 2.5706), (9, 2.2622), (10, 2.2281), (29, 2.0452),
     (30, 2.0423), (60, 2.0003), (120, 1.9799), (499, 1.9647)],
)  # fmt: skip
def test_students_t_is_that_of_the_tables(freedom: int, table: float) -> None:
    assert t_quantile(freedom) == pytest.approx(table, abs=6e-5)


def test_the_plain_interval_is_the_textbooks() -> None:
    # Logarithms 1, 2, 3, 4: mean 2.5, standard error 0.645497, t(3) = 3.182446.
    found = geometric_mean([math.exp(x) for x in (1, 2, 3, 4)])
    assert [math.log(x) for x in (found.value, found.low or 0, found.high or 0)] == pytest.approx(
        [2.5, 2.5 - 2.054260, 2.5 + 2.054260], abs=1e-5
    )
    assert found.n == 4


def test_the_trimmed_interval_is_yuens() -> None:
    # Logarithms 1..9 and 100: cut 2 a side, mean of 3..8 = 5.5; winsorised 3,3,3,4,5,6,7,8,8,8 have the deviation
    # 2.173067; d = 9 · 4.722222 / (6 · 5) = 1.416667; t(5) = 2.570582.
    found = typical([math.exp(x) for x in (9, 1, 8, 2, 7, 3, 6, 4, 5, 100)])
    assert math.log(found.value) == pytest.approx(5.5)
    assert math.log(found.high or 0) - 5.5 == pytest.approx(2.570582 * math.sqrt(1.416667), abs=1e-5)


def test_one_run_that_was_disturbed_changes_little() -> None:
    calm = typical([1.0, 1.01, 0.99, 1.02, 0.98, 1.0])
    disturbed = typical([1.0, 1.01, 0.99, 1.02, 0.98, 30.0])
    assert disturbed.value == pytest.approx(calm.value, rel=0.02)
    assert disturbed.spread < 0.1


@pytest.mark.parametrize("runs", [3, 5, 10, 30])
def test_intervals_hold_what_they_promise(runs: int) -> None:
    rng = random.Random(runs)
    held = 0
    for _ in range(3000):
        found = typical([math.exp(rng.gauss(2, 0.3)) for _ in range(runs)])
        held += (found.low or 0) <= math.exp(2) <= (found.high or 0)
    assert 0.935 < held / 3000 < 0.975


def test_too_little_has_no_interval() -> None:
    assert typical([1.0]) == Estimate(1.0, None, None, 1)
    assert typical([1.0]).spread == math.inf
    assert proportion(0, 0) is None
    assert quantile([], 0.5) is None
    for bad in ([], [1.0, 0.0], [-1.0]):
        with pytest.raises(ValueError, match="positive"):
            typical(bad)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (8, 100, 0.0411, 0.1500)],
)
def test_shares_have_wilsons_interval(successes: int, n: int, low: float, high: float) -> None:
    found = proportion(successes, n)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((successes / n, low, high), abs=5e-5)


def test_quantiles_of_known_values() -> None:
    values = [float(x) for x in range(1, 102)]
    random.Random(1).shuffle(values)
    median, p95 = quantile(values, 0.5), quantile(values, 0.95)
    assert median is not None
    assert p95 is not None
    assert (median.value, p95.value) == (51.0, 96.0)
    # P(B(101, 1/2) <= 40) = 0.0230 and P(.. <= 41) = 0.0364; P(B(101, 0.95) <= 90) = 0.0123 and P(.. <= 99) = 0.9645.
    assert (median.low, median.high) == (41.0, 61.0)
    assert (p95.low, p95.high) == (91.0, 101.0)
    few = quantile([1.0, 2.0, 3.0], 0.95)
    assert few is not None
    assert few.value == pytest.approx(2.9)
    assert few.high is None


@pytest.mark.parametrize(("share", "needed"), [(0.5, 6), (0.95, 72)])
def test_a_quantile_has_an_upper_end_from_so_many_values_on(share: float, needed: int) -> None:
    ends = [quantile([1.0] * count, share) for count in (needed - 1, needed)]
    assert [end and end.high for end in ends] == [None, 1.0]


def test_intervals_of_medians_hold_what_they_promise() -> None:
    rng = random.Random(5)
    held = 0
    for _ in range(2000):
        found = quantile([rng.lognormvariate(0, 1) for _ in range(25)], 0.5)
        assert found is not None
        held += (found.low or 0) <= 1 <= (found.high or math.inf)
    assert 0.945 < held / 2000 < 0.98


@given(positive)
def test_a_typical_value_lies_among_the_values_and_in_its_interval(values: list[float]) -> None:
    found = typical(values)
    assert min(values) * 0.999999 <= found.value <= max(values) * 1.000001
    if found.low is not None and found.high is not None:
        assert found.low <= found.value <= found.high


@given(positive, st.floats(0.1, 10))
def test_units_do_not_matter(values: list[float], factor: float) -> None:
    one, other = typical(values), typical([value * factor for value in values])
    assert other.value == pytest.approx(one.value * factor)
    assert other.spread == pytest.approx(one.spread, rel=1e-6)


@given(st.integers(1, 500), st.data())
def test_a_share_lies_in_its_interval_and_more_outcomes_narrow_it(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    found, wider = proportion(successes * 4, n * 4), proportion(successes, n)
    assert found is not None
    assert wider is not None
    assert 0 <= (found.low or 0) <= found.value + 1e-12
    assert found.value <= (found.high or 0) + 1e-12 <= 1 + 1e-12
    assert (found.high or 0) - (found.low or 0) < (wider.high or 0) - (wider.low or 0)


def test_the_normal_quantile_is_the_tables() -> None:
    assert NormalDist().inv_cdf(0.975) == pytest.approx(1.959964, abs=1e-6)
