"""The ledger through the API: everybody's own, found by indices, exported whole."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from compression import services
from compression.history import export, summary
from compression.history.contents import named
from compression.models import HistoryEntry, Result
from tests.compression.outcomes import BEGAN, keep, keep_with_times, outcome, sha

API = "/api/v1/compression"
TEXT = "one potato, two potato, three potato, four. " * 200


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    services.algorithms_sync()
    return api(ada)


def body_of(response: Any) -> bytes:
    assert response.status_code == 200, getattr(response, "content", b"")
    return b"".join(response.streaming_content) if response.streaming else response.content


def compressed(client: APIClient, **fields: Any) -> dict[str, Any]:
    response = client.post(f"{API}/compress", {"text": TEXT, "algorithm": "zstd"} | fields, format="json")
    assert response.status_code == 201, response.content
    found: dict[str, Any] = response.json()
    return found


def test_what_was_done_is_in_the_history(client: APIClient) -> None:
    result = compressed(client, level=5)
    client.post(f"{API}/compare", {"text": TEXT, "algorithms": ["gzip"], "repetitions": 2}, format="json")
    compared, plain = client.get(f"{API}/history").json()["results"]
    assert (plain["algorithm"], plain["level"], plain["result"]) == ("zstd", 5, result["id"])
    assert (plain["content_sha256"], plain["ratio"]) == (result["checksum"], result["ratio"])
    assert plain["compress_mb_s"] == result["compress_mb_s"]
    assert (compared["algorithm"], compared["repetitions"], compared["result"]) == ("gzip", 2, None)
    assert client.get(f"{API}/history?comparison={compared['comparison']}").json()["count"] == 1


def test_filters_find_by_each_column(client: APIClient, ada: User) -> None:
    keep_with_times(
        [
            outcome("a", owner=ada),
            outcome("b", owner=ada, algorithm="xz", level=6, content_kind="csv"),
            outcome("c", owner=ada, succeeded=False, error_code="codec_crashed", compressed_size=None),
            outcome("a", owner=ada, operation="decompress"),
        ],
        timedelta(days=1),
    )
    for query, expected in {
        "algorithm=xz": 1,
        "kind=csv": 1,
        "kind=text": 3,
        "succeeded=false": 1,
        "error_code=codec_crashed": 1,
        "operation=decompress": 1,
        f"content_sha256={sha('a')}": 2,
        "level=6": 1,
        "created_after=2026-01-02T00:00:00Z": 3,
        "created_before=2026-01-02T00:00:00Z": 2,
        "created_before=2026-01-01T23:59:59Z": 1,
        "algorithm=zstd&kind=text&succeeded=true": 2,
        "search=xz": 1,
    }.items():
        assert client.get(f"{API}/history?{query}").json()["count"] == expected, query
    for query in ("kind=nonsense", "colour=red", "ordering=machine", "file=x"):
        assert client.get(f"{API}/history?{query}").status_code == 400, query
    oldest = client.get(f"{API}/history?ordering=created_at").json()["results"][0]
    assert oldest["created_at"] == BEGAN.isoformat().replace("+00:00", "Z")


def test_a_period_is_of_whole_days(client: APIClient, ada: User) -> None:
    keep_with_times(
        [outcome(day, owner=ada) for day in range(5)], timedelta(days=1)
    )  # 1 to 5 January, midnight
    for query, expected in {
        "since=2026-01-02": 4,
        "until=2026-01-02": 2,
        "since=2026-01-02&until=2026-01-03": 2,
        "since=2026-01-04&until=2026-01-03": 0,
        "until=9999-12-31": 5,
    }.items():
        assert client.get(f"{API}/history?{query}").json()["count"] == expected, query
        assert client.get(f"{API}/results?{query}").status_code == 200
    for query in ("since=yesterday", "until=2026-02-31"):
        assert client.get(f"{API}/history?{query}").status_code == 400


def test_contents_are_found_by_the_names_that_people_know_them_by(
    client: APIClient, api: Callable[..., APIClient], ben: User, otto: User
) -> None:
    file = SimpleUploadedFile("access-Éte.log", TEXT.encode())
    result = client.post(f"{API}/compress", {"file": file, "algorithm": "zstd"}, format="multipart").json()
    compressed(client, text="something else")
    digits = result["checksum"]
    for words in ("access", "ACCESS-é", digits[:6], digits.upper(), digits):
        found = client.get(f"{API}/history", {"content": words}).json()
        assert [row["result"] for row in found["results"]] == [result["id"]], words
    for words in (digits[:5], "nothing", "%", "g" * 200):
        assert client.get(f"{API}/history", {"content": words}).json()["count"] == 0, words
    assert client.get(f"{API}/history", {"content": "x" * 201}).status_code == 400
    assert api(otto).get(f"{API}/history", {"content": "access"}).json()["count"] == 1
    compressed(api(ben))  # of the same bytes, under another name
    assert api(ben).get(f"{API}/history", {"content": "access"}).json()["count"] == 0
    client.delete(f"/api/v1/files/delete/{result['file']}")  # the result keeps the name
    assert client.get(f"{API}/history", {"content": "access"}).json()["count"] == 1


def test_a_files_history_is_that_of_its_content(
    client: APIClient, api: Callable[..., APIClient], ben: User
) -> None:
    result = compressed(client)
    compressed(client, text="something else")
    found = client.get(f"{API}/history?file={result['file']}").json()
    assert [row["result"] for row in found["results"]] == [result["id"]]
    compressed(api(ben))
    assert api(ben).get(f"{API}/history?file={result['file']}").json()["count"] == 0


def test_each_account_reads_its_own_and_staff_read_all(
    client: APIClient, api: Callable[..., APIClient], ada: User, ben: User, vera: User, otto: User
) -> None:
    keep([outcome("a", owner=ada), outcome("b", owner=ben), outcome("c", owner=None)])
    counts = [api(user).get(f"{API}/history").json()["count"] for user in (ada, ben, vera, otto)]
    assert counts == [1, 1, 0, 3]
    for user, rows in ((ada, 1), (ben, 1), (vera, 0), (otto, 3)):
        assert len(json.loads(body_of(api(user).get(f"{API}/history/export?format=json")))) == rows


# Exports


def test_exports_have_all_rows_in_pieces(
    client: APIClient, ada: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(export, "PAGE", 10)
    keep(outcome(i, owner=ada, params={"x": [1, "a,b"]}) for i in range(35))
    listed = client.get(f"{API}/history?page_size=200").json()["results"]
    with django_assert_num_queries(5):  # the token, and four pages
        text = body_of(client.get(f"{API}/history/export?format=csv")).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["id"] for row in rows] == [row["id"] for row in listed]
    assert list(rows[0]) == list(listed[0])
    assert json.loads(rows[0]["params"]) == {"x": [1, "a,b"]}
    assert (rows[0]["succeeded"], rows[0]["result"]) == ("true", "")
    assert json.loads(body_of(client.get(f"{API}/history/export?format=json"))) == listed


def test_an_export_says_what_it_is(client: APIClient) -> None:
    compressed(client)
    response: Any = client.get(f"{API}/results/export", headers={"Accept": "text/csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response["Content-Disposition"] == 'attachment; filename="results.csv"'
    rows = list(csv.DictReader(io.StringIO(body_of(response).decode())))
    assert rows[0]["checksum"] == Result.objects.get().checksum
    assert client.head(f"{API}/results/export").status_code == 200


def test_exports_take_the_lists_filters_and_nothing_else(client: APIClient) -> None:
    compressed(client)
    compressed(client, algorithm="xz")
    found = json.loads(body_of(client.get(f"{API}/results/export?format=json&algorithm=xz")))
    assert [row["algorithm"] for row in found] == ["xz"]
    for query in ("page=2", "ordering=colour", "colour=red"):
        assert client.get(f"{API}/results/export?{query}").status_code == 400
    for address in ("results", "history"):
        response = client.get(f"{API}/{address}/export?format=pdf")
        assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "unknown_format")
        assert "csv, json" in response.json()["detail"]


def test_an_export_has_the_order_and_the_search_of_the_list(
    client: APIClient, ada: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    sizes = [30, 10, 50, 20, 40]
    keep(
        outcome(size, owner=ada, algorithm="xz" if size > 10 else "zstd", original_size=size)
        for size in sizes
    )
    keep([outcome("failed", owner=ada, algorithm="xz", original_size=None, succeeded=False)])
    address = f"{API}/history/export?format=json&search=xz&ordering=-original_size"
    listed = client.get(f"{API}/history?search=xz&ordering=-original_size").json()["results"]
    with django_assert_num_queries(5):  # the token, the keys, and three pages
        rows = json.loads(body_of(client.get(address)))
    assert [row["original_size"] for row in rows] == [50, 40, 30, 20, None]
    assert rows == listed
    monkeypatch.setattr(export, "MOST_SORTED", 4)
    response = client.get(address)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "ordering")


def test_nothing_is_exported_as_nothing(client: APIClient) -> None:
    assert json.loads(body_of(client.get(f"{API}/history/export?format=json"))) == []
    assert body_of(client.get(f"{API}/history/export")) == b""


def test_names_that_a_spreadsheet_would_run_are_plain_text(client: APIClient) -> None:
    file = SimpleUploadedFile("=HYPERLINK(1).txt", TEXT.encode())
    client.post(f"{API}/compress", {"file": file, "algorithm": "zstd"}, format="multipart")
    rows = list(csv.DictReader(io.StringIO(body_of(client.get(f"{API}/results/export")).decode())))
    assert rows[0]["file_name"] == "'=HYPERLINK(1).txt"
    assert [export.cell(v) for v in (-3, 1.5, None, True, "@a", "a")] == ["-3", "1.5", "", "true", "'@a", "a"]


def test_rows_that_come_while_it_is_read_are_in_no_page(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    keep(outcome(i, owner=ada) for i in range(5))
    before = set(HistoryEntry.objects.values_list("pk", flat=True))
    seen = []
    for page in export.pages(HistoryEntry.objects.all()):
        seen += [row.pk for row in page]
        keep([outcome("new", owner=ada)])
    assert set(seen) == before
    assert len(seen) == 5


# Indices


@pytest.fixture
def large_ledger(ada: User, ben: User, otto: User) -> None:
    """50,000 outcomes: all but a few hundred of others, 20 algorithms, 10 kinds."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO compression_history (id, created_at, owner_id, operation, algorithm, algorithm_version, params,
                content_sha256, content_kind, media_type, original_size, compressed_size, machine, succeeded,
                error_code)
            SELECT gen_random_uuid(), now() - i * interval '1 s',
                CASE WHEN i %% 211 = 0 THEN %s ELSE (%s::uuid[])[i %% 3 + 1] END,
                'compress', 'a' || i %% 20, 1, '{}', encode(sha256((i %% 9973)::text::bytea), 'hex'), 'k' || i %% 10,
                'text/plain', 1000, 100, 'm', i %% 97 <> 0, ''
            FROM generate_series(1, 50000) AS i
            """,
            [ada.pk, [ben.pk, otto.pk, None]],
        )
        cursor.execute("ANALYZE compression_history")


def plan_of(queryset: Any) -> str:
    return str(queryset.explain())


def test_the_planner_uses_the_indices(large_ledger: None, ada: User, otto: User) -> None:
    own = HistoryEntry.objects.visible_to(ada).order_by("-created_at", "pk")
    all_ = HistoryEntry.objects.visible_to(otto).order_by("-created_at", "pk")
    for queryset, indices in (
        (own, ["history_owner"]),
        (own.filter(algorithm="a0"), ["history_owner_algorithm"]),
        (own.filter(content_kind="k0"), ["history_owner_kind"]),
        (own.filter(succeeded=False), ["history_failed"]),
        (own.filter(content_sha256=sha(50)), ["history_content"]),
        (own.filter(named(ada, sha(50)[:8])), ["history_content"]),
        (own.filter(created_at__lt=timezone.now() - timedelta(hours=2)), ["history_owner"]),
        (
            own.filter(algorithm="a0", created_at__gte=timezone.now() - timedelta(hours=1)),
            ["history_owner_algorithm"],
        ),
        (all_, ["history_created"]),
        (all_.filter(created_at__lt=timezone.now() - timedelta(hours=13)), ["history_created"]),
        (all_.filter(content_sha256=sha(50)), ["history_content"]),
        (all_.filter(algorithm="a3", content_kind="k3"), ["history_algorithm_kind"]),
    ):
        plan = plan_of(queryset[:50])
        assert "Seq Scan" not in plan, plan
        assert any(f"{name} " in plan or f"{name}\n" in plan for name in indices), f"{indices}\n{plan}"


def test_the_summary_reads_by_indices(large_ledger: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "CONTENTS", 100)  # a tenth of this ledger is read faster as a whole
    with CaptureQueriesContext(
        connection,
    ) as queries:
        summary.make("a3")
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan" not in plan, plan
