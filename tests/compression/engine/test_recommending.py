"""Recommendations: ranked, with intervals and reasons that say what was seen."""

import bz2
import gzip
import json
import random
import zlib

import numpy as np
import pytest

from compression.engine.codecs import codec_from
from compression.engine.learning import shipped
from compression.engine.learning.actions import NAMES
from compression.engine.learning.recognising import format_name
from compression.engine.learning.recommended import SEARCH, Entry, Recommendation
from compression.engine.learning.recommending import INSIDE, recommend, recommend_bytes
from compression.engine.searching.objective import Aim, Constraints, Objective
from tests.compression.engine.samples import prose

RATIO = Aim(Objective.RATIO)
PROSE = prose(300_000)


def told(data: bytes, aim: Aim = RATIO, budget: float | None = 0.1) -> Recommendation:
    return recommend_bytes(data, shipped.prior(), aim, budget_cpu_s=budget)


def config(entry: Entry) -> dict[str, object]:
    level = {} if entry.level is None else {"level": entry.level}
    return {"id": entry.algorithm, **level, **entry.params}


def records(count: int) -> bytes:
    chance = np.random.default_rng(1)
    made = np.zeros(count, dtype="<u4,<f4,<u2,<u2")
    made["f0"] = np.arange(count) * 3
    made["f1"] = np.cumsum(chance.normal(size=count))
    made["f2"] = chance.integers(0, 7, count)
    made["f3"] = 500 + chance.integers(0, 20, count)
    return made.tobytes()


def test_all_actions_are_ranked_and_can_be_called() -> None:
    found = told(PROSE)
    assert {one.action for one in found.entries} == {*NAMES, SEARCH}
    for one in found.entries:
        codec_from(config(one))
        assert one.reasons
        for figure in one.predicted.values():
            assert 0 <= figure.low <= figure.value <= figure.high
    assert found.content.startswith("text, ")
    assert not found.incompressible


def test_what_was_tried_is_told_with_what_was_seen() -> None:
    found = told(PROSE)
    tried = [one for one in found.entries if one.tried]
    assert tried
    assert sum(one.tried.best for one in tried if one.tried) == 1
    first = next(one for one in tried if one.tried and one.tried.best)
    assert first.tried
    assert first.tried.bytes == found.sample_bytes == 65536
    if len(tried) > 1:
        assert f"first of {len(tried)} tried" in " ".join(first.reasons)
    untried = told(PROSE, budget=None)
    assert not any(one.tried for one in untried.entries)
    before = next(one for one in untried.entries if one.action == first.action)
    assert width(first) < width(before)


def width(entry: Entry) -> float:
    return entry.predicted["ratio"].high / entry.predicted["ratio"].low


def test_of_small_content_a_trial_says_exactly_what_comes() -> None:
    content = PROSE[:20_000]
    found = told(content)
    tried = [one for one in found.entries if one.tried and not one.search]
    assert tried
    for one in tried:
        ratio = one.predicted["ratio"]
        assert ratio.low == ratio.value == ratio.high
        assert ratio.value == pytest.approx(len(content) / len(codec_from(config(one)).encode(content)))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (gzip.compress(PROSE), "already compressed (gzip)"),
        (bz2.compress(PROSE), "already compressed (bzip2)"),
        (random.Random(1).randbytes(100_000), "bytes like random ones"),
    ],
    ids=["gzip", "bzip2", "random"],
)
def test_what_is_compressed_already_is_left_as_it_is(content: bytes, word: str) -> None:
    """By every aim, and without a trial."""
    for objective in Objective:
        found = told(content, Aim(objective))
        actions = [one for one in found.entries if not one.search]
        assert word in found.incompressible
        assert actions[0].action == "store"
        assert word in actions[0].reasons[0]
        assert not any(one.tried for one in actions)
        assert actions[0].predicted["ratio"].value == 1
        assert (INSIDE in actions[0].reasons) == word.startswith("already")


def test_the_search_can_undo_deflate() -> None:
    found = told(gzip.compress(PROSE, 1))
    assert found.best.search
    assert found.incompressible
    assert "a deflate stream that zlib makes again" in found.best.reasons[0]
    assert not any(one.search for one in told(bz2.compress(PROSE)).entries)


def test_a_mark_alone_makes_nothing_incompressible() -> None:
    """Stored in gzip: the bytes say what they are, whatever stands before them."""
    content = gzip.compress(PROSE, 0)
    assert format_name(content) == "gzip"
    assert not told(content).incompressible
    assert not told(np.random.default_rng(1).normal(0, 9, 40_000).astype("<i2").tobytes()).incompressible


def test_structure_is_told_and_the_search_stands_first_where_it_pays() -> None:
    found = told(records(20_000))
    assert found.best.search
    assert found.best.params == {"objective": "ratio"}
    assert any("12 bytes" in reason for reason in found.best.reasons)
    columns = next(one for one in found.entries if one.action == "columns-xz")
    assert columns.reasons[0] == "repeats at 12 bytes: rows turned into columns"
    assert not any(one.search for one in told(records(20_000), Aim(Objective.SPEED)).entries)
    assert not told(records(20_000), Aim(Objective.BALANCED)).best.search


def test_constraints_are_kept_to() -> None:
    aim = Aim(Objective.RATIO, Constraints(min_compress_mb_s=30, min_decompress_mb_s=300))
    best = told(PROSE, aim).best
    assert best.misses == ()
    assert best.predicted["compress_mb_s"].value >= 30
    assert best.predicted["decompress_mb_s"].value >= 300
    assert any("faster than asked for" in reason for reason in best.reasons)
    little = told(PROSE, Aim(Objective.RATIO, Constraints(max_memory_bytes=9_000_000)))
    assert all(one.predicted["memory_bytes"].high <= 9_000_000 for one in little.entries)
    assert 1 < len(little.entries) < len(NAMES)


def test_where_nothing_keeps_to_them_the_nearest_says_what_it_misses() -> None:
    fast = told(PROSE, Aim(Objective.RATIO, Constraints(min_compress_mb_s=1e6))).best
    assert fast.misses == ("min_compress_mb_s",)
    assert "slower than the 1000000 asked for" in fast.reasons[-1]
    (least,) = told(PROSE, Aim(Objective.RATIO, Constraints(max_memory_bytes=1))).entries
    assert least.misses == ("max_memory_bytes",)
    assert "more than the 1 bytes allowed" in least.reasons[-1]


@pytest.mark.parametrize("content", [b"", b"x", b"\x00" * 70_000, b"ab" * 10, zlib.compress(b"a")], ids=len)
def test_content_of_any_size(content: bytes) -> None:
    for objective in Objective:
        found = told(content, Aim(objective))
        assert found.entries
    if not content:
        assert [one.action for one in found.entries] == ["store"]


def test_no_more_is_read_than_slices_and_the_front() -> None:
    size, read = 10**12, list[int]()

    def zeros(offset: int, length: int) -> bytes:
        assert 0 <= offset <= size - length
        read.append(length)
        return bytes(length)

    recommend(zeros, size, shipped.prior(), RATIO, budget_cpu_s=0.02)
    assert sum(read) <= 512 * 1024


def test_only_what_is_allowed_is_recommended() -> None:
    found = recommend_bytes(PROSE, shipped.prior(), RATIO)
    assert found.entries
    few = recommend(
        lambda offset, length: PROSE[offset : offset + length],
        len(PROSE),
        shipped.prior(),
        RATIO,
        names=["zstd-3", "xz-6"],
        search=False,
    )
    assert {one.action for one in few.entries} == {"zstd-3", "xz-6"}


def test_it_survives_json_and_the_search_is_among_the_top() -> None:
    found = told(PROSE, Aim(Objective.BALANCED))
    assert Recommendation.from_config(json.loads(json.dumps(found.config()))) == found
    top = found.top(3)
    assert len(top) == 3
    assert top[-1][1].search
    assert [rank for rank, _ in top[:2]] == [1, 2]
    assert found.top(1)[0][0] == 1
    with pytest.raises((KeyError, TypeError)):
        Recommendation.from_config({**found.config(), "entries": []})


def test_a_container_is_not_recommended_for_a_few_bytes() -> None:
    """It takes more room than it could save."""
    found = told(b"a,b,c\n1,2,3\n4,5,6\n")
    search = next(one for one in found.entries if one.action == SEARCH)
    assert search.predicted["ratio"].high < 1
    assert found.entries[0].action != SEARCH


def test_the_larger_content_is_the_less_is_known_of_it() -> None:
    """The slices say the same of both."""
    small, large = told(bytes(range(200)) * 1400), told(bytes(range(200)) * 14_000)
    spans = [width(next(one for one in found.entries if one.action == "xz-6")) for found in (small, large)]
    assert spans[0] < spans[1]
