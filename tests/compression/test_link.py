"""Which candidate is soonest over a link, and at which bandwidths that changes."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compression.compare.link import BYTES_PER_MBIT, Offer, Sent, break_evens, ranking
from compression.compare.pareto import front

CASES = json.loads((Path(__file__).parents[1] / "golden" / "link.json").read_text())["cases"]

work = st.floats(0, 1000).map(lambda x: round(x, 6))
offers = st.lists(
    st.builds(Offer, st.uuids().map(str), st.integers(0, 10**12), work, work),
    max_size=12,
    unique_by=lambda o: o.key,
)
sent = st.sampled_from(Sent)
links = st.floats(1e-3, 1e5)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_golden_cases(case: dict[str, Any]) -> None:
    given_ = [Offer(**offer) for offer in case["offers"]]
    mode = Sent(case["sent"])
    for expected in case["rankings"]:
        found = ranking(given_, expected["mbit_s"], mode)
        assert [offer.key for offer in found] == expected["keys"]
        times = [offer.seconds(expected["mbit_s"], mode) for offer in found]
        assert times == pytest.approx(expected["seconds"])
    found_ = [(b.mbit_s, b.slower.key, b.faster.key) for b in break_evens(given_, mode)]
    expected_ = [(b["mbit_s"], b["slower"], b["faster"]) for b in case["break_evens"]]
    assert [row[1:] for row in found_] == [row[1:] for row in expected_]
    assert [row[0] for row in found_] == pytest.approx([row[0] for row in expected_])


@given(offers, sent)
def test_at_a_break_even_both_take_the_same_time(given_: list[Offer], mode: Sent) -> None:
    for at, slower, faster in break_evens(given_, mode):
        assert slower.seconds(at, mode) == pytest.approx(faster.seconds(at, mode), rel=1e-6)
        assert slower.size < faster.size


@given(offers, sent)
def test_break_evens_go_from_slow_to_fast_links_without_a_gap(given_: list[Offer], mode: Sent) -> None:
    found = break_evens(given_, mode)
    assert [b.mbit_s for b in found] == sorted(b.mbit_s for b in found)
    assert all(one.faster == next_.slower for one, next_ in pairwise(found))


@given(offers.filter(bool), sent, links)
def test_the_winner_of_a_link_is_the_one_that_the_break_evens_say(
    given_: list[Offer], mode: Sent, mbit_s: float
) -> None:
    found = break_evens(given_, mode)
    winner = ranking(given_, mbit_s, mode)[0]
    if not found:
        named = min(given_, key=lambda o: (o.work_s(mode), o.size, o.key))
    else:
        named = next((b.slower for b in found if mbit_s < b.mbit_s), found[-1].faster)
    assert named.seconds(mbit_s, mode) == pytest.approx(winner.seconds(mbit_s, mode), rel=1e-9)


@given(offers.filter(bool), sent, links, st.floats(1, 1e4))
def test_a_faster_link_never_asks_for_a_smaller_size(
    given_: list[Offer], mode: Sent, mbit_s: float, factor: float
) -> None:
    slow, fast = ranking(given_, mbit_s, mode)[0], ranking(given_, mbit_s * factor, mode)[0]
    assert fast.size >= slow.size or fast.seconds(mbit_s, mode) == pytest.approx(slow.seconds(mbit_s, mode))


@given(offers.filter(bool), links)
def test_a_faster_link_is_never_slower(given_: list[Offer], mbit_s: float) -> None:
    for offer in given_:
        assert offer.seconds(mbit_s * 2, Sent.ONCE) <= offer.seconds(mbit_s, Sent.ONCE)
        assert offer.seconds(mbit_s, Sent.MANY) <= offer.seconds(mbit_s, Sent.ONCE)


def test_a_megabit_is_a_million_bits() -> None:
    assert Offer("", BYTES_PER_MBIT, 0, 0).seconds(1, Sent.ONCE) == 1
    assert Offer("", 1_000_000, 0, 0).seconds(8, Sent.ONCE) == 1


points = st.lists(st.tuples(*[st.integers(0, 6).map(float)] * 3), max_size=12)


@given(points)
def test_the_front_is_what_nothing_beats(given_: list[tuple[float, ...]]) -> None:
    kept = front(given_)
    for point, on_front in zip(given_, kept, strict=True):
        beaten = any(
            all(a >= b for a, b in zip(other, point, strict=True)) and other != point for other in given_
        )
        assert on_front is not beaten
    assert any(kept) is bool(given_)


def test_of_equal_candidates_all_are_on_the_front() -> None:
    assert front([(1, 2), (1, 2), (0, 2), (2, 0)]) == [True, True, False, True]
