"""The pages of batches, without scripts: which files, how, how far, what came of it."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from compression.batch.models import Batch
from compression.models import Result
from core.models import Job
from files.models import File
from tests.compression.batches import Run, algorithms, content, store, three, words

__all__ = ["algorithms", "three"]

ZSTD_5 = {"method-0-algorithm": "zstd", "method-0-level": "5"}


@pytest.fixture
def page(browser: Callable[..., Client], ada: User) -> Client:
    return browser(ada)


def shown(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def begun(client: Client, query: str, **form: Any) -> Batch:
    answer = client.post(f"/batches/new?{query}", ZSTD_5 | form)
    assert answer.status_code == 302, answer.content.decode()
    batch: Batch = Batch.objects.latest("created_at")
    assert answer["Location"] == batch.get_absolute_url()
    return batch


def test_all_of_a_folder_with_two_methods(page: Client, three: list[File], run_jobs: Run) -> None:
    first = shown(page, "/batches/new?folder=logs")
    assert "2" in first
    assert "logs/2026/b.txt" in first
    batch = begun(page, "folder=logs", **{"method-1-algorithm": "gzip", "method-1-level": "9"})
    waiting = shown(page, batch.get_absolute_url())
    assert "It waits for a free worker." in waiting
    (job,) = run_jobs()
    assert job.status == "succeeded", job.error
    batch.refresh_from_db()
    done = shown(page, batch.get_absolute_url())
    assert done.count(">succeeded</span>") == 5
    assert "Download all as ZIP" in done
    with zipfile.ZipFile(io.BytesIO(content(batch.archive_id))) as archive:
        names = set(archive.namelist())
    assert len(names) == 4
    assert {"2026" in name for name in names} == {True, False}
    assert set(Result.objects.values_list("algorithm__name", "level")) == {("zstd", 5), ("gzip", 9)}


def test_files_that_were_marked_are_in_the_address(page: Client, three: list[File]) -> None:
    answer = page.post("/batches/new", {"selected": [str(file.pk) for file in three[:2]]})
    assert answer.status_code == 302
    assert all(str(file.pk) in answer["Location"] for file in three[:2])
    html = shown(page, answer["Location"])
    assert "a.txt" in html
    assert "b.txt" not in html


def test_another_method_keeps_what_was_typed(page: Client, three: list[File]) -> None:
    answer = page.post("/batches/new?all=1", ZSTD_5 | {"more": "1"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="method-0-level"' in html
    assert 'value="5"' in html
    assert 'name="method-1-algorithm"' in html
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"method-0-algorithm": ""}, "Choose an algorithm first."),
        ({"method-0-algorithm": "nonsense"}, "Choose an algorithm first."),
        ({"method-0-level": "99"}, "level"),
        ({"method-0-level": "x"}, "Enter a whole number"),
        ({"method-1-algorithm": "zstd", "method-1-level": "5"}, "The same algorithm with the same settings"),
    ],
)
def test_a_form_that_cannot_be_begins_nothing(
    page: Client, three: list[File], form: dict[str, str], words: str
) -> None:
    answer = page.post("/batches/new?all=1", ZSTD_5 | form)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Batch.objects.exists()


def test_what_fits_nothing_says_so(page: Client, three: list[File]) -> None:
    assert "No file fits" in shown(page, "/batches/new?folder=elsewhere")
    for address in ("/batches/new?file=nonsense", "/batches/new"):
        shown(page, address)


def test_the_list_and_its_empty_state(
    page: Client, three: list[File], django_assert_num_queries: Any
) -> None:
    assert "No batches yet" in shown(page, "/batches")
    for _ in range(3):
        begun(page, "all=1")
    with django_assert_num_queries(6):
        html = shown(page, "/batches")
    assert html.count("/batches/0") >= 3
    assert "Nothing matches" in shown(page, "/batches?search=zzz")


def test_items_are_filtered_and_sorted_by_the_address(
    page: Client, ada: User, run_jobs: Run, django_assert_num_queries: Any
) -> None:
    store(ada, small=b"x", **{f"f{number}": words(number) for number in range(12)})
    batch = begun(page, "all=1")
    run_jobs()
    url = batch.get_absolute_url()
    with django_assert_num_queries(11):
        html = shown(page, url)
    assert "f11.txt" in html
    assert "No items" in shown(page, f"{url}?status=failed") or "Nothing matches" in shown(
        page, f"{url}?status=failed"
    )
    ordered = shown(page, f"{url}?ordering=size")
    assert ordered.index("small.txt") < ordered.index("f0.txt")
    shown(page, f"{url}?ordering=nonsense&status=nonsense&page=99")


def test_a_cancel_and_a_retry(page: Client, three: list[File], run_jobs: Run) -> None:
    batch = begun(page, "all=1")
    assert page.post(f"{batch.get_absolute_url()}/cancel")["Location"] == batch.get_absolute_url()
    html = shown(page, batch.get_absolute_url())
    assert "cancelled" in html
    assert f'action="{batch.get_absolute_url()}/retry"' in html
    page.post(f"{batch.get_absolute_url()}/retry")
    (job,) = run_jobs()
    assert (job.status, Result.objects.count()) == ("succeeded", 3)


def test_names_are_text_and_nothing_else(page: Client, ada: User, run_jobs: Run) -> None:
    (file,) = store(ada, x=words(1))
    File.objects.filter(pk=file.pk).update(name="<img src=x>.txt")
    batch = begun(page, "all=1")
    run_jobs()
    for address in (batch.get_absolute_url(), "/batches", "/batches/new?all=1"):
        assert "<img src=x>" not in shown(page, address)


def test_who_may(
    page: Client, browser: Callable[..., Client], ben: User, vera: User, three: list[File]
) -> None:
    batch = begun(page, "all=1")
    stranger = browser(ben)
    shown(stranger, batch.get_absolute_url(), 404)
    for action in ("cancel", "retry"):
        assert stranger.post(f"{batch.get_absolute_url()}/{action}").status_code == 404
    query = f"file={three[0].pk}"
    assert three[0].name not in shown(stranger, f"/batches/new?{query}")
    answer = stranger.post(f"/batches/new?{query}", ZSTD_5)
    assert answer.status_code == 422
    assert browser(vera).post("/batches/new?all=1", ZSTD_5).status_code == 403
    assert Batch.objects.count() == 1
