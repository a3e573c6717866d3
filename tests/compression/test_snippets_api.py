"""“Copy as” through the API and on the pages; `test_snippets_run.py` runs the snippets."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from compression.optimising.seeds import strategies_give
from tests.compression.batches import Run, algorithms, begin, client, three
from tests.compression.test_compress_pages import TEXT

assert algorithms
assert client
assert three  # fixtures

API = "/api/v1"
LANGUAGES = ["curl", "python", "command_line"]


@pytest.fixture
def places(client: APIClient, three: list[Any], run_jobs: Run, settings: Any) -> dict[str, str]:
    """The page of each kind of result, by its address in the API."""
    call = {"text": TEXT, "algorithm": "zstd"}
    result = client.post(f"{API}/compression/compress", call, format="json").json()
    wishes = {"text": TEXT, "algorithms": ["zstd", "store"], "repetitions": 1}
    compared = client.post(f"{API}/compression/compare", wishes, format="json")
    assert compared.status_code == 201, compared.content
    begin(client, three, "zstd", "xz")
    batch: Any = run_jobs()[0].result
    settings.INLINE_WALL_S = 60  # the process that has the engine loaded may have to be started first
    looked = client.post(f"{API}/compression/enhanced/analyze", {"text": TEXT}, format="json")
    assert looked.status_code == 201, looked.content
    analysed = looked.json()
    strategies_give()
    wishes = {"file": str(three[0].pk), "time_budget_s": 1}
    assert client.post(f"{API}/compression/optimize", wishes, format="json").status_code == 202
    optimised: Any = run_jobs()[0].result
    return {
        f"compression/results/{result['id']}": f"/results/{result['id']}",
        f"compression/compare/{compared.json()['id']}": f"/comparisons/{compared.json()['id']}",
        f"compression/batches/{batch['id']}": f"/batches/{batch['id']}",
        f"files/info/{three[0].pk}": f"/files/{three[0].pk}",
        f"compression/optimizations/{optimised['id']}": f"/optimisations/{optimised['id']}",
        f"compression/enhanced/analyze/{analysed['id']}": f"/analyses/{analysed['id']}",
    }


def test_what_a_page_shows_a_program_gets(
    places: dict[str, str],
    client: APIClient,
    browser: Callable[..., Client],
    ada: User,
) -> None:
    page = browser(ada)
    for place, address in places.items():
        answer = client.get(f"{API}/{place}/snippets")
        assert answer.status_code == 200, answer.content
        assert [one["language"] for one in answer.json()] == LANGUAGES
        shown = page.get(address)
        assert [code for _, code in shown.context["snippets"]] == [one["code"] for one in answer.json()]
        for words in ("Copy as", "curl", "Python", "Command line", "dynacomp "):
            assert words in shown.content.decode(), (address, words)


def test_an_outsider_sees_none(
    places: dict[str, str], api: Callable[..., APIClient], ben: User, otto: User
) -> None:
    for place in places:
        assert api(ben).get(f"{API}/{place}/snippets").status_code == 404
        assert api(otto).get(f"{API}/{place}/snippets").status_code == 200


def test_few_queries_are_made(
    places: dict[str, str],
    client: APIClient,
    django_assert_max_num_queries: Any,
) -> None:
    for place in places:
        with django_assert_max_num_queries(6):  # the token and its use, the object and what belongs to it
            client.get(f"{API}/{place}/snippets")
