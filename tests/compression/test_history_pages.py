"""The ledger in the browser: everybody's own, found by what one knows, exported as seen; and the panel of a file."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from compression import services
from compression.models import Comparison, Result
from files.models import File
from tests.compression.outcomes import keep, keep_with_times, outcome, sha

TEXT = "words and words and words again. " * 200


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def page(browser: Callable[..., Client], ada: User) -> Client:
    return browser(ada)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:2000]
    found: str = response.content.decode()
    return found


def body_of(response: Any) -> str:
    assert response.status_code == 200, getattr(response, "content", b"")
    content: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode()


def compressed(page: Client, name: str = "notes.txt", **fields: Any) -> Result:
    file = SimpleUploadedFile(name, TEXT.encode())
    response = page.post("/compress", {"file": file, "algorithm": "zstd", "level": "3", **fields})
    assert response.status_code == 302, response.content
    return Result.objects.latest("created_at")


def shown(page: Client, query: str = "") -> list[str]:
    """Return algorithms and contents of the rows."""
    rows = page.get(f"/history?{query}").context["rows"]
    return [f"{row.entry.algorithm} {row.entry.content_sha256[:4]}" for row in rows]


def test_nothing_yet(page: Client) -> None:
    assert "Nothing has been done yet" in text(page.get("/history"))


def test_what_was_done_leads_to_what_came_of_it(page: Client) -> None:
    result = compressed(page)
    page.post("/compare", {"text": TEXT, "algorithms": ["gzip"], "levels": "usual", "budget_s": "10"})
    comparison = Comparison.objects.first()
    found = text(page.get("/history"))
    assert f'<a href="/results/{result.pk}">notes.txt</a>' in found
    assert f'href="/files/{File.objects.filter(object_id=result.checksum).latest("created_at").pk}"' in found
    assert 'href="/algorithms/zstd"' in found
    if comparison:  # where the machine was not busy
        assert f'<a href="{comparison.get_absolute_url()}">' in found


def test_a_failure_says_why_and_what_failed(page: Client) -> None:
    file = SimpleUploadedFile("broken.zst", b"\x28\xb5\x2f\xfd no more")
    assert page.post("/decompress", {"file": file, "algorithm": "zstd"}).status_code == 422
    (row,) = page.get("/history").context["rows"]
    assert row.entry.succeeded is False
    found = text(page.get("/history?succeeded=false"))
    assert row.entry.error_code.replace("_", " ") in found


def test_the_address_finds_by_file_algorithm_kind_operation_outcome_and_period(
    page: Client, ada: User
) -> None:
    keep_with_times(
        [
            outcome("a", owner=ada),
            outcome("b", owner=ada, algorithm="xz", level=6, content_kind="csv"),
            outcome("c", owner=ada, succeeded=False, error_code="codec_crashed", compressed_size=None),
            outcome("a", owner=ada, operation="decompress"),
        ],
        timedelta(days=1),
    )
    a, b, c = (sha(name)[:4] for name in "abc")
    for query, expected in {
        "": [f"zstd {a}", f"zstd {c}", f"xz {b}", f"zstd {a}"],
        "algorithm=xz": [f"xz {b}"],
        "kind=csv": [f"xz {b}"],
        "succeeded=false": [f"zstd {c}"],
        "operation=decompress": [f"zstd {a}"],
        f"content={sha('b')[:8]}": [f"xz {b}"],
        f"content_sha256={sha('a')}": [f"zstd {a}", f"zstd {a}"],
        "level=6": [f"xz {b}"],
        "since=2026-01-03": [f"zstd {a}", f"zstd {c}"],
        "since=2026-01-02&until=2026-01-02": [f"xz {b}"],
        "algorithm=xz&kind=text": [],
        "ordering=algorithm&until=2026-01-02": [f"xz {b}", f"zstd {a}"],
    }.items():
        assert shown(page, query) == expected, query


def test_what_an_address_gets_wrong_is_left_out(page: Client, ada: User) -> None:
    keep([outcome("a", owner=ada), outcome("b", owner=ada, content_kind="csv")])
    for query in (
        "kind=nonsense", "since=yesterday", "file=x", "ordering=secret", "ordering=--", "page=0", "page=x",
        "colour=red", "level=high", "succeeded=perhaps", "content=" + "x" * 300, "comparison=1",
    ):  # fmt: skip
        response = page.get(f"/history?{query}")
        assert len(response.context["rows"]) == 2, query
        assert response.context["also"] == []
        links = [url for _, url in response.context["exports"]]
        assert page.get(links[0]).status_code == 200, query
    assert len(page.get("/history?kind=nonsense&algorithm=zstd&kind=csv").context["rows"]) == 1


def test_filters_without_a_field_are_named_kept_and_taken_away(page: Client) -> None:
    result = compressed(page, "a <b>.txt")
    response = page.get(f"/history?file={result.file_id}&level=3&algorithm=zstd")
    found = text(response)
    assert [words for words, _ in response.context["also"]] == ["the content of a <b>.txt", "level 3"]
    assert "the content of a &lt;b&gt;.txt" in found
    assert f'<input type="hidden" name="file" value="{result.file_id}">' in found
    assert "/history?level=3&amp;algorithm=zstd" in found
    other = page.get("/history?file=01890000-0000-7000-8000-000000000000")
    assert [words for words, _ in other.context["also"]] == ["a file that is not there"]
    assert "Nothing matches" in text(other)


def test_a_name_that_is_markup_is_text(page: Client) -> None:
    compressed(page, "<img src=x onerror=alert(1)>.txt")
    for address in ("/history", "/history?content=<img", "/results", "/algorithms/zstd"):
        assert "<img src=x" not in text(page.get(address)), address


def test_each_account_sees_its_own_and_staff_see_whose(
    browser: Callable[..., Client], ada: User, ben: User, otto: User, vera: User
) -> None:
    file = compressed(browser(ada)).file_id
    assert "notes.txt" not in text(browser(ben).get(f"/history?file={file}"))
    assert shown(browser(ben)) == shown(browser(vera)) == []
    found = text(browser(otto).get("/history"))
    assert "notes.txt" in found
    assert ">ada<" in found
    assert browser().get("/history")["Location"].startswith("/sign-in?next=")


def test_names_of_ones_own_file_show_for_the_same_bytes(
    browser: Callable[..., Client], ada: User, ben: User
) -> None:
    compressed(browser(ada), "secret plans.txt")
    compressed(browser(ben), "shopping.txt")
    found = text(browser(ben).get("/history"))
    assert "shopping.txt" in found
    assert "secret" not in found


def test_exports_are_what_is_seen(page: Client, ada: User) -> None:
    keep(outcome(size, owner=ada, original_size=size, content_kind="log") for size in (2, 3, 1))
    keep([outcome("x", owner=ada)])
    response = page.get("/history?kind=log&ordering=original_size&colour=red&page=1")
    links = dict(response.context["exports"])
    assert list(links) == ["CSV", "JSON"]
    assert links["CSV"].replace("&", "&amp;") in text(response)
    rows = json.loads(body_of(page.get(links["JSON"])))
    assert [row["original_size"] for row in rows] == [1, 2, 3]
    assert [row["id"] for row in rows] == [str(row.entry.pk) for row in response.context["rows"]]
    table = list(csv.DictReader(io.StringIO(body_of(page.get(links["CSV"])))))
    assert [row["id"] for row in table] == [row["id"] for row in rows]


def test_results_are_exported_as_seen(page: Client) -> None:
    compressed(page)
    compressed(page, algorithm="xz", level="1")
    response = page.get("/results?search=notes&algorithm=xz&since=2026-01-01&kind=nonsense")
    links = dict(response.context["exports"])
    assert urlsplit(links["CSV"]).path == "/api/v1/compression/results/export"
    rows = json.loads(body_of(page.get(links["JSON"])))
    assert [row["algorithm"] for row in rows] == ["xz"]
    assert [result.algorithm.name for result in response.context["page"]] == ["xz"]


def test_the_page_costs_the_same_however_many_there_are(
    page: Client, browser: Callable[..., Client], ada: User, otto: User, django_assert_num_queries: Any
) -> None:
    compressed(page)
    for rows in (1, 30):
        keep(outcome(i, owner=ada, algorithm=f"gone{i}", comparison_id=uuid4()) for i in range(rows))
        # session, account, badge, count, page, algorithms of the filter, and four for what the rows name
        for client in (page, browser(otto)):
            client.get("/history")
            with django_assert_num_queries(10):
                text(client.get("/history"))
    with django_assert_num_queries(6):
        text(page.get("/results"))


# On the page of a file


def test_a_file_shows_what_became_of_its_content(page: Client) -> None:
    result = compressed(page)
    page.post("/compress", {"file": str(result.file_id), "algorithm": "xz", "level": "6"})
    smallest = min(Result.objects.all(), key=lambda found: found.compressed_size)
    found = text(page.get(f"/files/{result.file_id}"))
    best = next(
        panel for panel in page.get(f"/files/{result.file_id}").context["panels"] if "best_words" in panel
    )
    assert best["best_words"] == f"with {smallest.algorithm} {smallest.level}"
    assert best["ratio"] == smallest.ratio
    assert [bar["label"] for bar in best["bars"]][1] == f"{smallest.algorithm} {smallest.level}"
    for address in (
        f"/history?file={result.file_id}",
        f"/compare?file={result.file_id}",
        f"/results/{result.pk}",
    ):
        assert f'href="{address}"' in found
    made = text(page.get(f"/files/{result.output_id}"))
    assert "It came of compressing" in made
    assert "Nothing was done with this content yet" in made


def test_the_content_counts_and_not_the_file(browser: Callable[..., Client], page: Client, ben: User) -> None:
    compressed(page)
    page.post("/files/upload", {"file": SimpleUploadedFile("copy.txt", TEXT.encode())})
    copy = File.objects.get(name="copy.txt")
    assert "Best ratio so far" in text(page.get(f"/files/{copy.pk}"))
    other = browser(ben)
    other.post("/files/upload", {"file": SimpleUploadedFile("mine.txt", TEXT.encode())})
    mine = File.objects.get(name="mine.txt")
    assert "Nothing was done with this content yet" in text(other.get(f"/files/{mine.pk}"))


def test_a_content_that_only_failed_has_no_best(page: Client, ada: User) -> None:
    page.post("/files/upload", {"file": SimpleUploadedFile("a.txt", b"abc")})
    file = File.objects.get(name="a.txt")
    failed = outcome(owner=ada, succeeded=False, error_code="codec_crashed", compressed_size=None)
    failed.content_sha256 = file.sha256
    keep([failed])
    found = text(page.get(f"/files/{file.pk}"))
    assert "It was not compressed yet" in found
    assert "codec crashed" in found


def test_the_panel_costs_the_same_however_much_was_done(
    page: Client, ada: User, django_assert_num_queries: Any
) -> None:
    result = compressed(page)
    address = f"/files/{result.file_id}"
    text(page.get(address))
    for number in (1, 40):
        entries = [
            outcome(owner=ada, algorithm=f"a{i}", level=i, comparison_id=uuid4(), result_id=uuid4())
            for i in range(number)
        ]
        for entry in entries:
            entry.content_sha256 = result.checksum
        keep(entries)
        # session, account, badge, the file, what its content is; then the panel: the best, its algorithms, the latest,
        # four for what they name, and what made the file
        with django_assert_num_queries(13):
            text(page.get(address))


def test_a_viewer_is_offered_nothing_to_do(browser: Callable[..., Client], vera: User, ada: User) -> None:
    compressed(browser(ada))
    assert '<a href="/compress" class="button' in text(browser(ada).get("/history"))
    assert '<a href="/compress" class="button' not in text(browser(vera).get("/history"))
