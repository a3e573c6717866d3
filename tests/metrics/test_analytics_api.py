"""Analytics through the API: rows of one's own work, of everybody's for staff, as JSON and as a file."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from compression import services
from core.access.roles import Scope
from metrics.analytics import reading, summing
from tests.compression.outcomes import keep, outcome

API = "/api/v1/metrics"
TEXT = "one potato, two potato, three potato, four. " * 200


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    return api(ada)


@pytest.fixture
def some(ada: User, ben: User) -> None:
    keep(
        [
            *(outcome(number, owner=ada) for number in range(3)),
            outcome("x", owner=ada, algorithm="xz", compressed_size=100_000, compress_seconds=0.1),
            outcome("y", owner=ada, algorithm="xz", content_kind="", succeeded=False, error_code="stopped"),
            outcome("z", owner=ben, operation="decompress", compress_seconds=None),
        ]
    )


def told(client: APIClient, what: str, **query: Any) -> dict[str, Any]:
    response = client.get(f"{API}/{what}", query)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def test_rows_are_by_algorithm_and_kind(client: APIClient, some: None) -> None:
    found = told(client, "compression")
    assert found["group_by"] == ["algorithm", "kind"]
    assert found["percentiles"] == "exact"
    assert [(row["algorithm"], row["kind"], row["count"], row["failures"]) for row in found["rows"]] == [
        ("xz", "text", 1, 0),
        ("xz", "unknown", 1, 1),
        ("zstd", "text", 3, 0),
    ]
    assert found["rows"][2] == {
        "t": None,
        "algorithm": "zstd",
        "kind": "text",
        "operation": None,
        "user": None,
        "count": 3,
        "failures": 0,
        "failure_rate": 0.0,
        "bytes_in": 3_000_000,
        "bytes_out": 750_000,
        "ratio": 4.0,
        "seconds_total": 0.03,
        "compress_mb_s": {"p50": 100.0, "p95": 100.0},
        "decompress_mb_s": {"p50": 200.0, "p95": 200.0},
        "seconds": {"p50": 0.01, "p95": 0.01},
    }
    assert found["rows"][1]["ratio"] is None
    assert found["rows"][1]["seconds"] == {"p50": None, "p95": None}
    assert (found["total"]["count"], found["total"]["bytes_out"]) == (5, 850_000)


def test_what_was_just_done_is_in_it(client: APIClient) -> None:
    services.algorithms_sync()
    assert told(client, "algorithms")["rows"] == []
    body = {"text": TEXT, "algorithm": "zstd"}
    made = client.post("/api/v1/compression/compress", body, format="json").json()
    (row,) = told(client, "algorithms")["rows"]
    assert (row["algorithm"], row["count"], row["bytes_in"]) == ("zstd", 1, len(TEXT))
    assert (row["ratio"], row["kind"]) == (made["ratio"], None)


def test_staff_see_what_everybody_did(
    client: APIClient, api: Callable[..., APIClient], ben: User, otto: User, some: None
) -> None:
    assert told(client, "algorithms")["total"]["count"] == 5
    assert told(api(ben), "algorithms")["total"]["count"] == 1
    found = told(api(otto, Scope.ADMIN), "compression", group_by="user,operation")
    assert [(row["user"], row["operation"], row["count"]) for row in found["rows"]] == [
        ("ada", "compress", 5),
        ("ben", "decompress", 1),
    ]
    own = told(client, "compression", group_by="user")
    assert [(row["user"], row["count"]) for row in own["rows"]] == [("ada", 5)]


def test_filters_and_periods(client: APIClient, some: None) -> None:
    assert told(client, "compression", algorithm="xz")["total"]["count"] == 2
    assert told(client, "compression", kind="text")["total"]["count"] == 4
    assert told(client, "compression", kind="unknown")["total"]["count"] == 1
    assert told(client, "compression", operation="decompress")["rows"] == []
    (day,) = told(client, "compression", group_by="day")["rows"]
    assert day["t"] == timezone.now().strftime("%Y-%m-%dT00:00:00Z")
    assert told(client, "compression", **{"from": "-2h", "to": "-1h"})["total"]["count"] == 0
    assert told(client, "compression", **{"from": "2020-01-01"})["total"]["count"] == 5


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("group_by=colour", "group_by", "unknown_group"),
        ("group_by=hour,day", "group_by", "several_periods"),
        ("kind=nothing", "kind", "invalid_choice"),
        ("operation=both", "operation", "invalid_choice"),
        ("from=yesterday", "from", "invalid"),
        ("from=2026-02-30", "from", "invalid"),
        ("from=now&to=-1h", "from", "invalid"),
        ("format=xml", "format", "invalid_choice"),
        ("metric=x", "metric", "unknown_field"),
        ("algorithm=" + "x" * 65, "algorithm", "max_length"),
    ],
)
def test_what_cannot_be_answered_is_told(client: APIClient, query: str, field: str, code: str) -> None:
    for what in ("compression", "algorithms"):
        response = client.get(f"{API}/{what}?{query}")
        assert response.status_code == 400
        (error,) = response.json()["errors"]
        assert (error["field"], error["code"]) == (field, code)


def test_more_rows_than_anybody_reads_are_refused(client: APIClient, some: None) -> None:
    with mock.patch("metrics.api.analytics_views.MOST_ROWS", 2), CaptureQueriesContext(connection) as asked:
        response = client.get(f"{API}/compression")
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "too_many"
    of_ledger = [query["sql"] for query in asked if "compression_history" in query["sql"]]
    assert len(of_ledger) == 1, "nothing else is asked of what is refused"
    assert of_ledger[0].endswith("LIMIT 3")
    with mock.patch("metrics.api.analytics_views.MOST_ROWS", 3):
        assert len(told(client, "compression")["rows"]) == 3


def test_a_file_has_a_column_for_each_number(client: APIClient, some: None) -> None:
    response: Any = client.get(f"{API}/algorithms?format=csv")
    body = b"".join(response.streaming_content)
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert "compressions.csv" in response["Content-Disposition"]
    assert [(row["algorithm"], row["count"], row["compress_mb_s_p50"]) for row in rows] == [
        ("xz", "2", "10.0"),
        ("zstd", "3", "100.0"),
    ]
    assert rows[0]["kind"] == ""


def test_an_answer_from_histograms_says_so(client: APIClient, some: None) -> None:
    with mock.patch.object(reading, "MOST_EXACT", 4):
        found = told(client, "algorithms")
    assert found["percentiles"] == "within 1 %"
    assert found["rows"][1]["compress_mb_s"]["p50"] == pytest.approx(100, rel=0.01)


def test_the_number_of_queries_is_the_same_for_any_number_of_rows(
    client: APIClient, api: Callable[..., APIClient], otto: User, ada: User, some: None
) -> None:
    staff = api(otto, Scope.ADMIN)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            told(staff, "compression", group_by="algorithm,kind,user,day")
        return len(captured)

    told(staff, "compression")
    before = queries()
    keep(outcome(number, owner=ada, algorithm=f"a{number}", content_kind="log") for number in range(30))
    assert queries() == before
    with mock.patch.object(summing, "safe_horizon", return_value=timezone.now() + timedelta(hours=3)):
        summing.catch_up()
    assert queries() <= before + 2
    assert before <= 12
