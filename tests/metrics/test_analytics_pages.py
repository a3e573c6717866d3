"""The page of analytics: what it shows, of whom, for which time, and where its numbers lead."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from metrics.analytics import periods
from metrics.colours import colour_of, dashes
from tests.compression.outcomes import keep, outcome

PAGE = "/metrics/algorithms"
NOW = datetime(2026, 3, 31, 12, 34, tzinfo=UTC)


@pytest.fixture
def some(ada: User, ben: User) -> None:
    keep(
        [
            *(outcome(number, owner=ada) for number in range(3)),
            outcome("x", owner=ada, algorithm="xz", content_kind="log", compressed_size=100_000),
            outcome("y", owner=ada, algorithm="xz", content_kind="", succeeded=False),
            outcome("z", owner=ben, algorithm="lz4"),
        ]
    )


def shown(client: Client, query: str = "") -> Any:
    response = client.get(f"{PAGE}{query}")
    assert response.status_code == 200
    return response


def test_it_tells_of_ones_own_work(browser: Callable[..., Client], ada: User, otto: User, some: None) -> None:
    own = shown(browser(ada)).context
    assert (own["total"].sums.count, own["total"].sums.failures) == (5, 1)
    assert [row["name"] for row in own["algorithms"]] == ["zstd", "xz"]
    assert {row["name"] for row in own["kinds"]} == {"Text", "Log", "Unknown"}
    assert "lz4" not in shown(browser(ada)).content.decode()
    assert shown(browser(otto)).context["total"].sums.count == 6


def test_numbers_lead_to_their_outcomes(browser: Callable[..., Client], ada: User, some: None) -> None:
    client = browser(ada)
    page = shown(client, "?range=7d")
    xz = next(row for row in page.context["algorithms"] if row["name"] == "xz")
    for url, count in ((xz["url"], 2), (xz["failed_url"], 1), (page.context["total_url"], 5)):
        assert client.get(url).context["page"].paginator.count == count
        assert url.replace("&", "&amp;") in page.content.decode()
    unknown = next(row for row in page.context["kinds"] if row["name"] == "Unknown")
    assert unknown["url"] == "", "the ledger cannot be asked for them"
    (point,) = [
        point
        for one in page.context["charts"]
        if one["chart"].id == "throughput"
        for point in one["picture"]["points"]
        if "zstd" in point["label"] and point["url"]
    ]
    assert client.get(point["url"]).context["page"].paginator.count == 3


def test_the_file_is_what_is_shown(browser: Callable[..., Client], ada: User, some: None) -> None:
    client = browser(ada)
    url = shown(client, "?by=kind&algorithm=zstd&range=90d").context["export"]
    query = parse_qs(urlsplit(url).query)
    assert (query["group_by"], query["algorithm"], query["format"]) == (["week,kind"], ["zstd"], ["csv"])
    lines = b"".join(client.get(url).streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert ",text," in lines[1]


def test_filters_and_series_come_from_the_address(
    browser: Callable[..., Client], ada: User, some: None
) -> None:
    client = browser(ada)
    assert shown(client, "?kind=unknown").context["total"].sums.count == 1
    assert shown(client, "?operation=decompress").context["total"].sums.count == 0
    filtered = shown(client, "?algorithm=xz&by=kind").context
    assert filtered["total"].sums.count == 2
    assert {words for _, words, _ in filtered["charts"][0]["legend"]} == {"Log", "Unknown"}
    names = next(one["options"] for one in filtered["filters"] if one["name"] == "algorithm")
    assert [name for name, _ in names] == ["", "xz", "zstd"]
    assert all("algorithm=xz" in url and "by=kind" in url for url, _, _ in filtered["ranges"])


def test_an_algorithm_has_the_colour_of_its_family_and_a_dash_within_it() -> None:
    names = ["zstd", "xz", "dcz", "lz4", "ada/sensor-logs"]
    colours = [colour_of(name) for name in names]
    assert colours == ["c1", "c2", "c3", "c1", "c3"]
    looks = list(zip(colours, dashes(colours), strict=True))
    assert len(set(looks)) == len(looks)
    assert [dash for _, dash in looks[:3]] == ["", "", ""]


@pytest.mark.parametrize(
    "query",
    [
        "?range=99d",
        "?kind=nothing&operation=both&by=colour",
        "?since=2026-02-30&until=x",
        "?since=2030-01-01&until=2029-01-01",
        "?since=0001-01-01&until=9999-12-31",
        "?algorithm=" + "x" * 300,
        "?algorithm=%3Cscript%3E",
    ],
)
def test_what_cannot_be_understood_is_passed_over(
    browser: Callable[..., Client], ada: User, some: None, query: str
) -> None:
    assert b"<script>" not in shown(browser(ada), query).content.replace(b"<script type", b"")


def test_without_outcomes_it_says_so(browser: Callable[..., Client], ada: User) -> None:
    assert b"Nothing was done in this time" in shown(browser(ada)).content


def test_nothing_that_failed_is_no_picture(browser: Callable[..., Client], ada: User) -> None:
    keep([outcome(owner=ada)])
    assert b"Nothing failed in this time" in shown(browser(ada)).content


def test_the_number_of_queries_is_the_same_for_any_number_of_rows(
    browser: Callable[..., Client], otto: User, ada: User, some: None
) -> None:
    client = browser(otto)
    shown(client)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(client)
        return len(captured)

    before = queries()
    numbers = random.Random(1)
    keep(
        outcome(number, owner=ada, algorithm=f"a{numbers.randrange(9)}", content_kind="json")
        for number in range(50)
    )
    assert queries() == before
    assert before <= 24


def test_a_range_begins_with_a_whole_bucket() -> None:
    span = periods.asked({"range": "30d"}, NOW)
    assert (span.start, span.end, span.bucket) == (datetime(2026, 3, 1, tzinfo=UTC), NOW, "day")
    assert periods.asked({"range": "1d"}, NOW).start == datetime(2026, 3, 30, 12, tzinfo=UTC)
    assert periods.asked({"range": "90d"}, NOW).start == datetime(2025, 12, 29, tzinfo=UTC)
    assert periods.asked({"since": "2024-05-05"}, NOW).bucket == "month"
    assert periods.asked({}, NOW).name == "30d"


def test_days_are_whole_and_both_belong_to_it() -> None:
    span = periods.asked({"since": "2026-03-01", "until": "2026-03-02"}, NOW)
    assert (span.start, span.end) == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
    assert (span.bucket, span.name) == ("hour", "")
    assert periods.asked({"since": "2026-03-31"}, NOW).end == NOW


@pytest.mark.parametrize(("query", "count"), [("1d", 25), ("30d", 31), ("90d", 14), ("1y", 53)])
def test_buckets_follow_each_other(query: str, count: int) -> None:
    span = periods.asked({"range": query}, NOW)
    buckets = list(span.buckets())
    assert (len(buckets), buckets[0]) == (count, span.start)
    assert periods.following(buckets[-1], span.bucket) > span.end
    assert timezone.is_aware(buckets[-1])
    assert all(after - before >= timedelta(hours=1) for before, after in pairwise(buckets))
