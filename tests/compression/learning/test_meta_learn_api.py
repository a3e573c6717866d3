"""`/compression/enhanced/meta-learn`: train, look, choose which state serves."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression.learning import seeds, states
from compression.learning.models import LearningState
from core.access.roles import Scope
from core.models import Job
from tests.compression.learning.material import keep_many, learned

URL = "/api/v1/compression/enhanced/meta-learn"


@pytest.fixture(autouse=True)
def first(db: None) -> None:
    """The prior serves."""
    seeds.learning_give()


@pytest.fixture
def operator(api: Callable[..., APIClient], otto: User) -> APIClient:
    return api(otto, Scope.ADMIN)


def keep(number: int) -> LearningState:
    return states.state_keep(state=learned(number), lineage={"refused": {}}, figures={})


def test_a_training_is_a_job_whose_result_says_what_came_of_it(
    operator: APIClient, run_jobs: Callable[[], list[Job]], brief: None
) -> None:
    keep_many(40, held_out=12)
    response = operator.post(URL, {"seed": 3}, format="json")
    assert response.status_code == 202
    assert operator.post(URL, {}, format="json").json()["id"] == response.json()["id"]
    run_jobs()
    job = operator.get(response["Location"]).json()
    assert (job["kind"], job["status"]) == ("meta-learn", "succeeded")
    result = job["result"]
    assert set(result["improvement"]) == {"rate", "low", "high", "evaluated_on"}
    assert set(result["regret"]) == {"before", "after"}
    assert result["promoted"]
    listed = operator.get(URL).json()
    assert [(row["number"], row["status"]) for row in listed["results"]] == [
        (2, "serving"),
        (1, "retired"),
        (0, "retired"),
    ]
    assert listed["results"][0]["id"] == result["state"]["id"]
    assert listed["results"][0]["lineage"]["seed"] == 3
    assert "packed" not in listed["results"][0]


def test_a_state_is_chosen_and_taken_back(operator: APIClient, otto: User) -> None:
    row = keep(1)
    for number, pk in ((2, row.pk), (1, LearningState.objects.get(number=1).pk), (2, row.pk)):
        response = operator.post(f"{URL}/{pk}/promote")
        assert response.status_code == 200
        assert (response.json()["number"], response.json()["status"]) == (number, "serving")
    assert AuditEntry.objects.filter(action="learning_state.promoted", actor=otto).count() == 3


def test_what_was_refused_is_a_conflict(operator: APIClient, otto: User) -> None:
    row = keep(1)
    states.state_refuse(state=row, actor=otto, reason="no")
    response = operator.post(f"{URL}/{row.pk}/promote")
    assert (response.status_code, response.json()["code"]) == (409, "invalid_transition")
    assert operator.post(f"{URL}/{uuid4()}/promote").status_code == 404


def test_everybody_sees_the_states_and_staff_choose(
    api: Callable[..., APIClient], ada: User, vera: User
) -> None:
    row = keep(1)
    assert api(vera).get(URL).json()["count"] == 3
    for url in (URL, f"{URL}/{row.pk}/promote"):
        assert api(ada).post(url, {}, format="json").status_code == 403
    assert LearningState.objects.get(status="serving").number == 1


@pytest.mark.parametrize("body", [{"seed": -1}, {"seed": "x"}, {"outcomes": 3}])
def test_a_wish_that_makes_no_sense(operator: APIClient, body: dict[str, Any]) -> None:
    assert operator.post(URL, body, format="json").status_code == 400
    assert not Job.objects.exists()


def test_the_list_is_filtered_and_has_a_constant_number_of_queries(
    operator: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    keep(1)
    operator.get(URL)
    for number in (2, 3):
        with django_assert_num_queries(3):  # the token, the count, the page
            assert operator.get(URL).status_code == 200
        keep(number)
    assert operator.get(f"{URL}?status=candidate").json()["count"] == 3
    assert operator.get(f"{URL}?status=none").status_code == 400
