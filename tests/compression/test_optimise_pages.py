"""Pages of optimisations: the form, the live page, what came of it, an algorithm of it."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression.models import Algorithm
from compression.optimising.models import Optimisation, Strategy
from files.models import File
from tests.compression.optimisations import (
    API,
    ROWS,
    Run,
    algorithms,
    client,
    done,
    store,
    table,
)

assert algorithms
assert client
assert table  # fixtures


@pytest.fixture
def page(ada: User) -> Client:
    browser = Client()
    browser.force_login(ada)
    return browser


def begin(page: Client, source: File, **fields: Any) -> Any:
    values = {
        "file": str(source.pk),
        "objective": "ratio",
        "strategy": "thorough",
        "budget_s": "20",
        **fields,
    }
    return page.post("/optimise", values)


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_from_the_form_to_what_came_of_it(page: Client, table: File, run_jobs: Run) -> None:
    shown = page.get(f"/optimise?file={table.pk}")
    assert "table.txt" in text_of(shown)
    assert "Nothing counts but the size" in text_of(shown)
    response = begin(page, table, min_decompress_mb_s="0.1", max_memory_mib="4000")
    row = Optimisation.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/optimisations/{row.pk}")
    assert row.constraints == {"min_decompress_mb_s": 0.1, "max_memory_bytes": 4000 * 2**20}
    waiting = page.get(row.get_absolute_url())
    assert "It waits for a free worker" in text_of(waiting)
    assert "Enough: keep the best" in text_of(waiting)
    assert f'data-live="optimisation:{row.pk} job:{row.job_id}" data-running' in waiting.content.decode()
    run_jobs()
    came = page.get(row.get_absolute_url())
    words = text_of(came)
    assert "smaller than" in words
    assert "the best plain codec" in words
    assert "Download" in words
    assert 'class="pipeline-part' in came.content.decode()
    assert "curve-step" in came.content.decode()
    assert "Keep it as an algorithm" in words
    assert "data-running" not in came.content.decode()


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"file": ""}, "Choose a file first"),
        ({"budget_s": "0"}, "greater than or equal to 2"),
        ({"objective": "beauty"}, "Select a valid choice"),
        ({"strategy": "none-such"}, "Select a valid choice"),
        ({"min_compress_mb_s": "-4"}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_said_on_the_form(
    page: Client, table: File, fields: dict[str, str], word: str
) -> None:
    response = begin(page, table, **fields)
    assert response.status_code == 422
    assert word in text_of(response)
    assert not Optimisation.objects.exists()


def test_a_strategy_that_is_switched_off_is_not_offered(page: Client, table: File) -> None:
    Strategy.objects.filter(name="quick").update(enabled=False)
    assert 'value="quick"' not in page.get("/optimise").content.decode()
    assert begin(page, table, strategy="quick").status_code == 422


def test_enough_cancel_again_and_delete(page: Client, table: File, run_jobs: Run) -> None:
    begin(page, table)
    row = Optimisation.objects.get()
    address = row.get_absolute_url()
    assert page.post(f"{address}/keep").status_code == 302
    assert "coming to an end with the best so far" in text_of(page.get(address))
    assert page.post(f"{address}/cancel").status_code == 302
    assert "No output was kept" in text_of(page.get(address))
    response = page.post(f"{address}/retry")
    again = Optimisation.objects.exclude(pk=row.pk).get()
    assert response["Location"] == again.get_absolute_url()
    assert page.post(f"{address}/delete").status_code == 302
    run_jobs()
    assert "smaller than" in text_of(page.get(again.get_absolute_url()))
    assert again.file_name in text_of(page.get("/optimisations?search=table"))
    assert again.file_name in text_of(page.get("/optimisations?objective=ratio&ordering=nothing"))
    assert again.file_name not in text_of(page.get("/optimisations?objective=speed"))


def test_it_is_kept_as_an_algorithm_with_versions(
    page: Client, client: APIClient, table: File, run_jobs: Run
) -> None:
    row = done(client, table, run_jobs)
    address = f"{row.get_absolute_url()}/algorithm"
    assert page.post(address, {"name": "No Such Name"}).status_code == 422
    response = page.post(address, {"name": "my-tables", "title": "My tables"})
    made = Algorithm.objects.get(name="ada.my-tables")
    assert response["Location"] == made.get_absolute_url()
    assert (made.kind, made.version, made.shared, made.owner, made.status) == (
        "dynamic",
        1,
        False,
        row.owner,
        "active",
    )
    assert page.get(made.get_absolute_url()).status_code == 200
    again = page.post(address, {"name": "my-tables"})
    assert again.status_code == 422
    assert "has this pipeline already" in text_of(again)
    assert AuditEntry.objects.filter(action="algorithm.kept").count() == 1
    assert client.get(f"{API}/optimizations/{row.pk}").json()["algorithm_created"] == "ada.my-tables"


def test_others_get_nowhere(page: Client, client: APIClient, ben: User, table: File, run_jobs: Run) -> None:
    row = done(client, table, run_jobs)
    page.force_login(ben)
    address = row.get_absolute_url()
    assert page.get(address).status_code == 404
    for action in ("keep", "cancel", "retry", "delete", "algorithm"):
        assert page.post(f"{address}/{action}", {"name": "my-own"}).status_code == 404
    assert "table.txt" not in text_of(page.get("/optimisations"))


def test_pages_take_the_same_queries_for_any_number(
    page: Client, client: APIClient, ada: User, table: File, run_jobs: Run
) -> None:
    counts = []
    for number in range(2):
        row = done(client, table if number else store(ada, other=ROWS[:40_000])[0], run_jobs)
        for address in ("/optimisations", row.get_absolute_url()):
            with CaptureQueriesContext(connection) as found:
                assert page.get(address).status_code == 200
            counts.append(len(found))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 10
