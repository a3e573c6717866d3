"""“Compress” among the things that can be done with many files: by the API and by the page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from compression.batch.models import Batch
from compression.engine import codecs
from core.models import Job
from files.models import File
from tests.compression.batches import Run, algorithms, client, content, store, three, words

assert algorithms
assert client
assert three  # fixtures

URL = "/api/v1/files/bulk"


def ask(client: APIClient, **body: Any) -> Any:
    return client.post(URL, {"action": "compress"} | body, format="json")


def test_the_files_that_a_search_finds_become_a_batch(
    client: APIClient, three: list[File], ben: User, run_jobs: Run
) -> None:
    store(ben, logs__c=words(9))
    told = ask(client, search={"folder": "logs"}, options={"algorithm": "xz", "level": 2}, dry_run=True)
    assert (told.status_code, told.json()["count"], told.json()["job"]) == (200, 2, None)
    assert not Batch.objects.exists()
    done = ask(client, search={"folder": "logs"}, options={"algorithm": "xz", "level": 2})
    assert done.status_code == 207, done.content
    assert [row["status"] for row in done.json()["results"]] == [202, 202]
    batch = Batch.objects.get()
    assert done.json()["job"] == str(batch.job_id)
    assert [(method["algorithm"], method["level"]) for method in batch.methods] == [("xz", 2)]
    assert [item.path for item in batch.items.order_by("position")] == ["logs/a.txt", "logs/2026/b.txt"]
    (job,) = run_jobs()
    assert job.result is not None
    first = job.result["items"][0]["result"]
    assert codecs.get("xz")().decode(content(first["output"])) == words(2)


@pytest.mark.parametrize(
    ("options", "status", "code", "field"),
    [
        ({}, 400, "invalid", "options.algorithm"),
        ({"algorithm": "nope"}, 422, "unknown_algorithm", "options.algorithm"),
        ({"algorithm": "zstd", "level": 99}, 422, "invalid_params", "options.level"),
        ({"algorithm": "zstd", "params": {"colour": 1}}, 422, "invalid_params", "options.params.colour"),
        ({"algorithm": "zstd", "colour": "red"}, 400, "invalid", "options.colour"),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_what_cannot_be_is_refused_with_its_field(
    client: APIClient,
    three: list[File],
    options: dict[str, Any],
    status: int,
    code: str,
    field: str,
    dry_run: bool,
) -> None:
    answer = ask(client, search={}, options=options, dry_run=dry_run)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert [error["field"] for error in problem["errors"]] == [field]
    assert not Batch.objects.exists()
    assert not Job.objects.exists()


def test_files_of_others_are_left_out(
    api: Callable[..., APIClient], three: list[File], ben: User, vera: User
) -> None:
    mine = store(ben, mine=words(7))[0]
    body = {"files": [str(three[0].pk), str(mine.pk)], "options": {"algorithm": "zstd"}}
    answer = ask(api(ben), **body)
    assert sorted(row["status"] for row in answer.json()["results"]) == [202, 404]
    assert [item.file_id for item in Batch.objects.get().items.all()] == [mine.pk]
    assert ask(api(vera), **body).status_code == 403
    assert Batch.objects.count() == 1


# By the page


def page_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content
    found: str = response.content.decode()
    return found


def shown(page: str) -> str:
    """Return the digest that the form sends along."""
    found = re.search(r'name="shown" value="(\w+)"', page)
    assert found
    return found[1]


def test_the_page_asks_for_algorithm_and_level_and_leads_to_the_batch(
    browser: Any, ada: User, three: list[File]
) -> None:
    web, url = browser(ada), "/files/bulk/compress?folder=logs&all=1"
    page = page_of(web.get(url))
    assert 'data-level-min="-7" data-level-max="22" data-level-default="3"' in page
    assert 'href="/batches/new?folder=logs&amp;all=1"' in page
    answer = web.post(url, {"shown": shown(page), "algorithm": "xz", "level": "2"})
    batch = Batch.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, batch.get_absolute_url())
    assert [(method["algorithm"], method["level"]) for method in batch.methods] == [("xz", 2)]
    assert batch.count == 2
    assert "2 files are being compressed." in page_of(web.get(answer["Location"]))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"algorithm": "zstd", "level": "99"}, "level"),
        ({"algorithm": "nope", "level": ""}, "There is no algorithm"),
        ({"algorithm": "", "level": "3"}, "This field is required."),
    ],
)
def test_the_page_says_what_cannot_be(
    browser: Any, ada: User, three: list[File], sent: dict[str, str], words: str
) -> None:
    web, url = browser(ada), "/files/bulk/compress?all=1"
    page = page_of(web.post(url, {"shown": shown(page_of(web.get(url))), **sent}), 400)
    assert words in page.split('class="errorlist"', 1)[1].split("</ul>", 1)[0]
    assert not Batch.objects.exists()


def test_an_algorithm_without_levels_takes_no_notice_of_the_slider(
    browser: Any, ada: User, three: list[File]
) -> None:
    web, url = browser(ada), "/files/bulk/compress?all=1"
    form = {"shown": shown(page_of(web.get(url))), "algorithm": "snappy", "level": "3"}
    assert web.post(url, form).status_code == 302
    assert [method["level"] for method in Batch.objects.get().methods] == [None]
