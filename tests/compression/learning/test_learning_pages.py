"""Learning in the browser: what serves, whether it helps, and the outcomes behind every figure."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from compression.learning import seeds, states
from compression.learning.choices import Origin
from compression.learning.models import LearningSettings, LearningState, Outcome
from core.models import Job
from tests.compression.learning.dashboard_rows import judged_state, kept
from tests.compression.learning.material import KINDS


@pytest.fixture(autouse=True)
def first(db: None) -> None:
    seeds.learning_give()


@pytest.fixture
def page(browser: Callable[..., Client], otto: User) -> Client:
    return browser(otto)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:2000]
    found: str = response.content.decode().replace("\xa0", " ")
    return found


def test_nothing_was_learned_yet_and_it_says_what_is_missing(page: Client) -> None:
    found = text(page.get("/learning"))
    for words in (
        "State 1",
        "It came with the installation.",
        "0 of 50 new contents so far",
        "0 of 10 contents held out so far",
        "No audits yet",
        "No predictions to compare yet",
        "Too little to say",
    ):
        assert words in found


def test_every_figure_has_its_interval_and_leads_to_what_is_behind_it(page: Client) -> None:
    row = judged_state()
    states.state_promote(state=row, actor=None)
    audits = [kept(number) for number in range(8)]
    runs = [kept(number, Origin.RUN, "zstd-3") for number in range(100, 125)]
    found = text(page.get("/learning"))
    assert "Regret falls by 0.40 % of cost for each doubling of outcomes (95 %: 0.10 % to 0.90 %)" in found
    assert "It gets better." in found
    assert "has to be no better than 0; 95 %: −3.05 % to −1.01 %. It gets worse." in found.replace(
        "&quot;", '"'
    )
    assert f'href="/learning/states/{row.number}"' in found
    assert "Its choices cost 0.40 % less than those of the state before" in found
    assert f'href="/learning/outcomes/{runs[-1].pk}"' in found
    assert f"lz4-1 is the best on 2 of 2 contents of kind {KINDS[0]}" in found
    assert "7 held out" in found
    assert page.get("/learning").context["coverage"]["contents"] == len(audits)


def test_figures_are_of_the_rows(page: Client) -> None:
    for number in range(8):
        kept(number)
    kept(100, Origin.RUN, "gzip-6")
    found = page.get("/learning").context
    assert found["coverage"]["quantities"]["compress_mb_s"]["share"] == 1
    assert found["coverage"]["quantities"]["decompress_mb_s"]["share"] == 0
    actions = {one["action"]: one["ratio"]["share"] for one in found["coverage"]["actions"]}
    assert actions["lz4-1"] == 0.75  # 8 times smaller on one kind, where 4 was the most that was predicted
    assert [one["contents"] for one in found["wins"]["kinds"]] == [2, 2, 2, 2]
    assert found["regret"]["prequential"][-1]["mean_of"] == 8
    assert found["predictions"][0]["action"] == "gzip-6"
    assert found["improvement"]["prequential"] is None  # one state judged all of them


def test_audits_under_several_states_give_a_rate(page: Client) -> None:
    for number in range(0, 40, 5):
        kept(number + 4)
    states.state_promote(state=judged_state(), actor=None)
    for number in range(50, 90, 5):
        kept(number)
    rate = page.get("/learning").context["improvement"]["prequential"]
    assert 0 < rate["low"] <= rate["rate"] <= rate["high"]


def test_the_matrix_is_by_what_counts_and_its_cells_are_outcomes(page: Client) -> None:
    rows = [kept(number) for number in range(8)]
    assert 'value="balanced" selected' in text(page.get("/learning?aim=balanced"))
    assert page.get("/learning?aim=nonsense").context["aim"] == "ratio"
    listed = page.get("/learning/outcomes?best=lz4-1&aim=ratio&kind=text").context["page"]
    assert {one.pk for one in listed} == {rows[0].pk, rows[4].pk}


def test_one_outcome_shows_its_trials_beside_what_was_predicted(page: Client) -> None:
    row = kept(1)
    found = text(page.get(f"/learning/outcomes/{row.pk}"))
    assert "2.00 (1.00 to 4.00)" in found
    assert "outside of its interval" in found
    assert row.content_sha256 in found
    assert "xz-6" in found
    assert page.get(f"/learning/outcomes/{uuid4()}").status_code == 404


def test_the_lists_cost_the_same_however_many_there_are(page: Client, django_assert_num_queries: Any) -> None:
    for numbers in (range(2), range(2, 20)):
        for number in numbers:
            kept(number)
            kept(number + 100, Origin.RUN, "zstd-3")
        address = f"/learning/outcomes/{Outcome.objects.latest('created_at').pk}"
        text(page.get("/learning"))
        # session, account, badge; weights, the serving state, the judged one, runs, switches and four counts, audits,
        # their number and mean, coverage, wins, drift twice, the job, states, notices
        with django_assert_num_queries(23):
            text(page.get("/learning"))
        with django_assert_num_queries(6):
            text(page.get("/learning/outcomes"))
        with django_assert_num_queries(6):
            text(page.get(address))
        with django_assert_num_queries(4):
            text(page.get("/learning/states/1"))


def test_training_is_asked_for_and_followed(page: Client) -> None:
    assert page.post("/learning/train").status_code == 302
    job = Job.objects.get(kind="meta-learn")
    assert f'data-job="{job.pk}"' in text(page.get("/learning"))
    Job.objects.all().delete()
    LearningSettings.objects.update(training=False)
    assert "Training is switched off" in text(page.post("/learning/train", follow=True))
    assert "training" in text(page.get("/learning")).split("Switched off")[1][:60]


def test_states_serve_and_retire_by_their_buttons(page: Client) -> None:
    row = judged_state()
    assert "State 2 serves now." in text(page.post(f"/learning/states/{row.pk}/promote", follow=True))
    assert LearningState.objects.get(status="serving") == row
    assert page.post(f"/learning/states/{row.pk}/retire").status_code == 302
    assert LearningState.objects.get(status="serving").number == 1
    assert "does not serve" in text(page.post(f"/learning/states/{row.pk}/retire", follow=True))
    assert page.post(f"/learning/states/{uuid4()}/promote").status_code == 404


def test_it_is_for_those_who_look_after_the_platform(browser: Callable[..., Client], ada: User) -> None:
    for address in ("/learning", "/learning/outcomes", "/learning/states/1"):
        assert browser(ada).get(address).status_code == 403
    assert 'href="/learning"' not in text(browser(ada).get("/history"))
