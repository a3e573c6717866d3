"""Lists: pages, filters, search and ordering, none of them guessed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import get_resolver
from django.utils import timezone

from accounts.models import User
from core.api.pagination import Pages
from core.api.views import ListView
from core.jobs import enqueue, runner
from core.models import Job, JobLog

URL = "/api/v1/jobs"


@pytest.fixture
def jobs(ada: User, ben: User) -> list[Job]:
    """Seven of ada's jobs, the first of them done, and one of ben's."""
    made = [enqueue("test.nothing", owner=ada, params={}, title=f"job {n}") for n in range(7)]
    runner.run(str(made[0].pk), threaded=False)
    enqueue("test.echo", owner=ben, params={})
    return made


@pytest.fixture
def client(ada: User, api: Any) -> Any:
    return api(ada)


def titles(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [item["title"] for item in response.json()["results"]]


def refused(response: Any) -> str:
    """Check that it is a 400 that names the field; return the field."""
    assert response.status_code == 400, response.content
    field: str = response.json()["errors"][0]["field"]
    return field


def test_a_list_comes_in_pages_that_do_not_overlap(client: Any, jobs: list[Job]) -> None:
    Job.objects.filter(ended_at=None).update(created_at=timezone.now())  # ties are broken by the key
    first = client.get(URL, {"page_size": 3}).json()
    assert (first["count"], first["previous"]) == (7, None)
    seen = [item["id"] for item in first["results"]]
    page = first
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += [item["id"] for item in page["results"]]
    assert sorted(seen) == sorted(str(job.pk) for job in jobs)


@pytest.mark.parametrize("size", ["0", "-1", "201", "x", "1.5", "", "٣", "9" * 5000, "1e2"])
def test_a_size_that_cannot_be_is_refused(client: Any, jobs: list[Job], size: str) -> None:
    assert refused(client.get(URL, {"page_size": size})) == "page_size"


@pytest.mark.parametrize("page", ["0", "-1", "last", "", "9" * 5000, "99999999999"])
def test_a_page_that_cannot_be_is_refused(client: Any, jobs: list[Job], page: str) -> None:
    assert refused(client.get(URL, {"page": page})) == "page"


def test_a_page_beyond_the_end_is_not_found(client: Any, jobs: list[Job]) -> None:
    assert client.get(URL, {"page": "8"}).status_code == 404
    assert client.get(URL, {"page": str(10**9)}).status_code == 404


def test_the_largest_page(client: Any, jobs: list[Job]) -> None:
    assert len(titles(client.get(URL, {"page_size": Pages.max_page_size}))) == 7


@pytest.mark.parametrize(
    "name", ["colour", "format", "status__in", "created_at__gte", "owner", "created_at", "page_Size"]
)
def test_an_unknown_filter_is_refused(client: Any, jobs: list[Job], name: str) -> None:
    response = client.get(URL, {name: "x"})
    assert refused(response) == name
    assert "Known:" in response.json()["detail"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"status": "queued"}, 6),
        ({"status": "queued,succeeded"}, 7),
        ({"kind": "test.nothing"}, 7),
        ({"kind": "test.echo"}, 0),
        ({"search": "job 3"}, 1),
        ({"search": "nothing 3"}, 1),
        ({"search": "echo"}, 0),
    ],
)
def test_filters_and_search(client: Any, jobs: list[Job], query: dict[str, str], count: int) -> None:
    assert len(titles(client.get(URL, query))) == count


def test_a_filter_by_time(client: Any, jobs: list[Job]) -> None:
    Job.objects.filter(pk=jobs[3].pk).update(created_at=timezone.now() - timedelta(days=2))
    day_ago = (timezone.now() - timedelta(days=1)).isoformat()
    assert titles(client.get(URL, {"created_before": day_ago})) == ["job 3"]
    assert len(titles(client.get(URL, {"created_after": day_ago}))) == 6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "sleeping"),
        ("status", "queued,sleeping"),
        ("created_after", "yesterday"),
        ("subject_id", "1"),
        ("retry_of", "x"),
    ],
)
def test_a_value_that_cannot_be_is_refused(client: Any, jobs: list[Job], name: str, value: str) -> None:
    assert refused(client.get(URL, {name: value})) == name


@pytest.mark.parametrize(
    "ordering", ["colour", "-colour", "--created_at", "created_at,colour", "owner", "pk", "?"]
)
def test_an_unknown_ordering_is_refused(client: Any, jobs: list[Job], ordering: str) -> None:
    assert refused(client.get(URL, {"ordering": ordering})) == "ordering"


def test_ordering(client: Any, jobs: list[Job]) -> None:
    names = [f"job {n}" for n in range(7)]
    assert titles(client.get(URL, {"ordering": "created_at"})) == names
    assert titles(client.get(URL)) == names[::-1]
    assert titles(client.get(URL, {"ordering": "-status,created_at"})) == [names[0], *names[1:]]


@pytest.mark.parametrize("search", ["x" * 201, "a " * 11, ",".join("abcdefghijkl")])
def test_a_search_has_an_end(client: Any, jobs: list[Job], search: str) -> None:
    assert refused(client.get(URL, {"search": search})) == "search"


def test_a_log_goes_on_from_a_number(client: Any, jobs: list[Job], ben: User, api: Any) -> None:
    JobLog.objects.bulk_create(JobLog(job=jobs[1], seq=n, line=f"line {n}") for n in range(1, 6))
    url = f"{URL}/{jobs[1].pk}/log"
    found = client.get(url, {"after": 3}).json()["results"]
    assert [(line["seq"], line["line"]) for line in found] == [(4, "line 4"), (5, "line 5")]
    assert client.get(url, {"after": "9" * 30}).status_code == 400
    assert api(ben).get(url).status_code == 404


def test_a_list_costs_the_same_however_long_it_is(
    client: Any, jobs: list[Job], django_assert_num_queries: Any
) -> None:
    client.get(URL)
    with django_assert_num_queries(3):  # the token with its account, the count, the rows
        client.get(URL, {"page_size": 2})
    with django_assert_num_queries(3):
        client.get(URL)


def test_others_jobs_are_not_there(client: Any, jobs: list[Job], ben: User, otto: User, api: Any) -> None:
    assert client.get(URL).json()["count"] == 7
    assert api(ben).get(URL).json()["count"] == 1
    assert api(otto).get(URL).json()["count"] == 8
    for path in ("", "/log"):
        assert api(ben).get(f"{URL}/{jobs[1].pk}{path}").status_code == 404
    for path in ("/cancel", "/retry"):
        assert api(ben).post(f"{URL}/{jobs[1].pk}{path}").status_code == 404
    assert Job.objects.get(pk=jobs[1].pk).is_open


def lists() -> Iterator[Any]:
    """Yield the view of each address that lists something."""

    def views(patterns: list[Any]) -> Iterator[Any]:
        for pattern in patterns:
            yield from views(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern.callback]

    for view in views(get_resolver().url_patterns):
        if issubclass(getattr(view, "cls", object), ListView):
            yield view.cls


def test_every_list_names_its_filters_alike() -> None:
    """Times are `…_after` and `…_before`; no name shows how Django would look it up."""
    seen = 0
    for view in lists():
        filters = view.filterset_class.base_filters
        assert not [name for name in filters if "__" in name], view
        assert {name for name in filters if name.startswith("created")} in CREATED, view
        if "created_at" in view.ordering_fields:
            assert {"created_after", "created_before"} <= set(filters), view
        seen += 1
    assert seen > 10


CREATED: tuple[set[str], ...] = (set(), {"created_after", "created_before"})
