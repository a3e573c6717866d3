"""What outcomes say of an algorithm: defined, deduplicated, with intervals, kept until there are new ones."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from accounts.models import User
from compression import services
from compression.events import ComparisonStored, ResultStored
from compression.history import summary
from compression.history.subscribers import comparison_stored, result_stored
from compression.history.viability import Attempt, Option, Verdict, judge
from core.ids import uuid7
from tests.compression.outcomes import keep, outcome, sha

API = "/api/v1/compression"


def option(
    content: str, algorithm: str, size: int, fast: float = 100, back: float = 200, **more: Any
) -> Option:
    return replace(Option(content, algorithm, "m", 1000, size, fast, back), **more)


def judged(algorithm: str, *options: Option, failed: frozenset[str] = frozenset()) -> Any:
    by_content: dict[str, list[Option]] = {}
    for item in options:
        by_content.setdefault(item.content, []).append(item)
    attempts = [
        Attempt(content, "text", failed=content in failed)
        for content, known in by_content.items()
        if any(item.algorithm == algorithm for item in known)
    ]
    return judge(algorithm, attempts, by_content)


def pairs(count: int, *options: tuple[str, int, float, float]) -> list[Option]:
    return [option(f"c{i}", *settings) for i in range(count) for settings in options]


# The definition


def test_on_the_front_is_good_and_beaten_in_everything_is_poor() -> None:
    options = pairs(8, ("a", 100, 50, 50), ("b", 200, 90, 90), ("c", 300, 40, 40))
    a, b, c = (judged(name, *options) for name in "abc")
    assert (a.contents, a.compared, a.verdict) == (8, 8, Verdict.GOOD)
    assert (b.verdict, c.verdict) == (Verdict.GOOD, Verdict.POOR)
    assert (a.pareto.value, c.pareto.value) == (1.0, 0.0)
    assert c.pareto.high < 0.5


def test_an_algorithm_is_judged_by_the_best_of_its_settings() -> None:
    options = pairs(6, ("a", 400, 10, 10), ("a", 100, 20, 20), ("b", 200, 90, 90))
    assert judged("a", *options).pareto.value == 1.0
    assert judged("a", *options).relative_size.value == pytest.approx(1)


def test_near_best_is_within_five_per_cent() -> None:
    options = [
        *(option(f"n{i}", "a", size) for i, size in enumerate([100, 104, 105, 106, 200])),
        *(option(f"n{i}", "b", 100) for i in range(5)),
    ]
    found = judged("a", *options)
    assert (found.near_best.value, found.near_best.n) == (0.6, 5)
    assert found.relative_size.value == pytest.approx((1 * 1.04 * 1.05 * 1.06 * 2) ** 0.2)
    assert found.relative_size.low < found.relative_size.value < found.relative_size.high


def test_few_contents_are_too_few_and_mixed_ones_undecided() -> None:
    assert judged("a", *pairs(4, ("a", 100, 50, 50), ("b", 200, 90, 90))).verdict == Verdict.TOO_FEW
    mixed = [option(f"m{i}", "a", 100 if i % 2 else 300) for i in range(10)]
    mixed += [option(f"m{i}", "b", 200) for i in range(10)]
    assert judged("a", *mixed).verdict == Verdict.UNDECIDED


def test_what_no_other_was_tried_on_is_no_comparison_and_store_is_no_other() -> None:
    alone = judged("a", *pairs(9, ("a", 100, 50, 50)))
    beside_store = judged("a", *pairs(9, ("a", 100, 50, 50), ("store", 1000, 5000, 5000)))
    for found in (alone, beside_store):
        assert (found.contents, found.compared, found.pareto, found.verdict) == (9, 0, None, Verdict.TOO_FEW)
        assert found.ratio.value == pytest.approx(10)
    assert judged("store", *pairs(9, ("a", 100, 50, 50), ("store", 1000, 5000, 5000))).verdict == Verdict.GOOD


def test_speeds_of_different_machines_are_not_mixed() -> None:
    options = [
        option("x", "a", 100, 50, 50),
        option("x", "b", 100, 500, 500, machine="fast one"),
        option("x", "b", 100, 40, 40),
    ]
    found = judged("a", *options)
    assert found.pareto.value == 1.0
    assert found.relative_compress.value == pytest.approx(50 / 40)
    elsewhere = judged("a", option("y", "a", 100), option("y", "b", 90, 900, 900, machine="fast one"))
    assert (elsewhere.compared, elsewhere.pareto, elsewhere.relative_compress) == (1, None, None)
    assert elsewhere.relative_size.value == pytest.approx(100 / 90)


def test_relative_speed_is_by_the_typical_other() -> None:
    options = pairs(3, ("a", 100, 80, 100), ("b", 100, 10, 100), ("c", 100, 40, 100))
    found = judged("a", *options)
    assert found.relative_compress.value == pytest.approx(80 / 20)
    assert found.relative_decompress.value == pytest.approx(1)


def test_failures_count_contents_and_too_many_are_poor() -> None:
    options = pairs(10, ("a", 100, 50, 50), ("b", 200, 90, 90))
    some = judged("a", *options, failed=frozenset({"c1"}))
    assert (some.failure_rate.value, some.failure_rate.n) == (0.1, 10)
    assert some.verdict == Verdict.GOOD
    most = judged("a", *options, failed=frozenset(f"c{i}" for i in range(9)))
    assert most.verdict == Verdict.POOR


# From the ledger


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    services.algorithms_sync()
    return api(ada)


def rivals(contents: int, kind: str = "text") -> list[Any]:
    return [
        entry
        for i in range(contents)
        for entry in (
            outcome(f"{kind}{i}", content_kind=kind),
            outcome(
                f"{kind}{i}",
                content_kind=kind,
                algorithm="xz",
                level=6,
                compressed_size=200_000,
                compress_seconds=0.5,
                decompress_seconds=0.05,
            ),
        )
    ]


def test_a_kind_has_its_own_figures(client: APIClient) -> None:
    slower = {"compress_seconds": 9, "decompress_seconds": 9, "compressed_size": 300_000}
    keep(
        [
            *rivals(6),
            *rivals(6, "csv"),
            *(outcome(f"csv{i}", content_kind="csv", algorithm="gzip", **slower) for i in range(6)),
        ]
    )
    body = client.get(f"{API}/algorithms/zstd/viability?kind=text").json()
    assert (body["algorithm"], body["kind"], body["contents"], body["compared"]) == ("zstd", "text", 6, 6)
    assert body["verdict"] == "good"
    assert body["relative_size"] == {"value": 1.25, "low": 1.25, "high": 1.25, "n": 6}
    assert body["relative_compress"]["value"] == 50
    assert body["near_best"]["value"] == 0
    assert body["by_kind"] == []
    poor = client.get(f"{API}/algorithms/gzip/viability?kind=csv").json()
    assert poor["verdict"] == "poor"
    everything = client.get(f"{API}/algorithms/zstd/viability").json()
    assert (everything["kind"], everything["contents"]) == (None, 12)
    assert [row["kind"] for row in everything["by_kind"]] == ["csv", "text"]


def test_one_file_ten_thousand_times_counts_once(client: APIClient) -> None:
    keep(
        [
            *(outcome("the one") for _ in range(10_000)),
            outcome("the one", algorithm="xz", compressed_size=100_000),
        ]
    )
    body = client.get(f"{API}/algorithms/zstd/viability?kind=text").json()
    assert (body["contents"], body["compared"], body["verdict"]) == (1, 1, "too_few")
    statistics = client.get(f"{API}/algorithms/zstd").json()["statistics"]
    assert (statistics["runs"], statistics["contents"], statistics["ratio"]["n"]) == (10_000, 1, 1)


def test_excused_failures_are_nobodys_and_others_count_each_content_once(client: APIClient) -> None:
    failed = {"succeeded": False, "compressed_size": None}
    keep(
        [
            *rivals(8),
            outcome("text0", error_code="codec_crashed", **failed),
            outcome("text0", error_code="codec_crashed", **failed),
            outcome("text1", error_code="storage_full", **failed),
            outcome("never done", error_code="host_unavailable", **failed),
            outcome("text2", operation="decompress", error_code="corrupt_stream", **failed),
            outcome("", error_code="client_gone", content_sha256="", **failed),
        ]
    )
    body = client.get(f"{API}/algorithms/zstd/viability").json()
    assert body["failure_rate"]["value"] == 0.125
    assert (body["failure_rate"]["n"], body["contents"]) == (8, 8)
    statistics = client.get(f"{API}/algorithms/zstd").json()["statistics"]
    assert (statistics["runs"], statistics["failures"]) == (14, 6)


def test_statistics_have_intervals_levels_and_kinds(client: APIClient) -> None:
    keep(
        outcome(f"s{i}", level=3 if i % 2 else 19, compress_seconds=0.01 * (1 + i), content_kind="log")
        for i in range(40)
    )
    body = client.get(f"{API}/algorithms/zstd").json()["statistics"]
    median = body["compress_mb_s"]["p50"]
    assert median["low"] < median["value"] < median["high"]
    assert body["compress_mb_s"]["p95"]["value"] > median["value"]
    assert (body["ratio"]["value"], body["ratio"]["n"]) == (4.0, 40)
    assert [(row["level"], row["contents"]) for row in body["by_level"]] == [(3, 20), (19, 20)]
    assert [(row["kind"], row["contents"]) for row in body["by_kind"]] == [("log", 40)]


def test_nothing_known_is_said_so(client: APIClient) -> None:
    body = client.get(f"{API}/algorithms/lz4/viability?kind=image").json()
    assert (body["contents"], body["verdict"], body["pareto"]) == (0, "too_few", None)
    statistics = client.get(f"{API}/algorithms/lz4").json()["statistics"]
    assert (statistics["runs"], statistics["ratio"], statistics["compress_mb_s"]["p50"]) == (0, None, None)


@pytest.mark.parametrize("query", ["kind=nonsense", "colour=red"])
def test_what_is_no_kind_is_a_400(client: APIClient, query: str) -> None:
    assert client.get(f"{API}/algorithms/zstd/viability?{query}").status_code == 400
    assert client.get(f"{API}/algorithms/nope/viability").status_code == 404


def test_a_fixed_number_of_queries(client: APIClient, django_assert_num_queries: Any) -> None:
    keep([*rivals(30), *rivals(30, "csv")])
    client.get(f"{API}/algorithms")  # notes that the token is used
    # the token, the algorithm, three of the ledger, the state that serves, and features of what is known
    with django_assert_num_queries(7):
        client.get(f"{API}/algorithms/zstd/viability")
    with django_assert_num_queries(5):
        client.get(f"{API}/algorithms/zstd")


def test_summaries_are_kept_until_there_are_new_outcomes(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(summary, "KEPT_S", 60)
    names = ("zstd", "xz")
    summary.forget(names)
    try:
        keep(rivals(3))
        assert summary.of("zstd").runs == 3
        keep([outcome("one more")])
        with django_assert_num_queries(0):
            assert summary.of("zstd").runs == 3
        result_stored(ResultStored(uuid7(), uuid7(), "compress", "xz"))
        assert summary.of("zstd").runs == 3
        result_stored(ResultStored(uuid7(), uuid7(), "compress", "zstd"))
        assert summary.of("zstd").runs == 4
        keep([outcome("and one")])
        comparison_stored(ComparisonStored(uuid7(), uuid7(), names))
        assert summary.of("zstd").runs == 5
    finally:
        summary.forget(names)


def test_without_redis_it_is_summed_up_each_time(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    from redis.exceptions import ConnectionError as Away

    def away(*_: Any, **__: Any) -> Any:
        raise Away

    for name in ("get", "set", "delete_many"):
        monkeypatch.setattr(cache, name, away)
    keep(rivals(2))
    assert summary.of("zstd").runs == 2
    summary.forget(["zstd"])


def test_hashes_of_test_contents_are_distinct() -> None:
    assert sha("a") != sha("b")
