"""The viability of an algorithm as a prediction, for kinds of content that enough is known of."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from compression.engine.analysis.features import features
from compression.engine.learning import shipped
from compression.engine.learning.viable import typical, viable
from compression.engine.searching.objective import Objective
from compression.engine.streams import array
from compression.recommending.viability import ENOUGH
from compression.services import algorithms_sync
from tests.compression.engine.samples import prose
from tests.compression.learning.rows import outcome_row

TEXT = prose(300_000)
ROWS = [features(array(TEXT[place : place + 60_000])) for place in range(0, 240_000, 40_000)]


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    algorithms_sync()
    return api(ada)


def known(kind: str, count: int) -> None:
    for number in range(count):
        outcome_row((kind, number), content_kind=kind, features=ROWS[number % len(ROWS)])


def told(client: APIClient, algorithm: str, query: str = "?kind=text") -> dict[str, Any]:
    response = client.get(f"/api/v1/compression/algorithms/{algorithm}/viability{query}")
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()["predicted"]
    return found


def test_it_says_what_to_expect_and_how_much_the_best_is_better() -> None:
    state, content = shipped.prior(), typical(ROWS)
    regrets = {}
    for name in ("store", "zstd", "bzip3"):
        found = viable(state, content, name, Objective.RATIO)
        assert found
        assert found.regret.low <= found.regret.value <= found.regret.high
        assert found.ratio.low <= found.ratio.value <= found.ratio.high
        regrets[name] = found.regret.value
    assert 0 <= regrets["bzip3"] < regrets["zstd"] < regrets["store"]
    assert viable(state, content, "zlib", Objective.RATIO) is None
    assert set(content) <= set(ROWS[0])
    assert np.isfinite(list(content.values())).all()


def test_the_api_tells_it_for_kinds_that_enough_is_known_of(client: APIClient) -> None:
    known("text", ENOUGH)
    known("csv", ENOUGH - 1)
    found = told(client, "zstd")
    assert (found["contents"], found["why"]) == (ENOUGH, "")
    assert found["ratio"]["action"] == "zstd-19"
    assert found["ratio"]["ratio"]["low"] < found["ratio"]["ratio"]["value"]
    assert found["balanced"]["action"].startswith("zstd-")
    few = told(client, "zstd", "?kind=csv")
    assert (few["ratio"], few["balanced"]) == (None, None)
    assert "it takes 5" in few["why"]
    assert told(client, "zstd", "?kind=image")["contents"] == 0
    assert told(client, "zstd", "")["contents"] == 2 * ENOUGH - 1
    assert "not among" in told(client, "zlib")["why"]


def test_the_page_shows_it(client: APIClient, browser: Callable[..., Client], ada: User) -> None:
    page = browser(ada)
    assert "What is predicted" not in page.get("/algorithms/zstd").content.decode()
    known("text", ENOUGH)
    text = page.get("/algorithms/zstd").content.decode()
    for words in ("What is predicted", "All kinds", "zstd-19"):
        assert words in text
    assert "What is predicted" not in page.get("/algorithms/zlib").content.decode()
