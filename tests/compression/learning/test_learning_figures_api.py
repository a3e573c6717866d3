"""`/compression/enhanced/learning`: the figures of the dashboard, and the outcomes behind them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from benchmarks.improvement_check import main
from compression.engine.learning.evaluating import judged
from compression.learning import seeds, states
from compression.learning.choices import Origin
from compression.learning.models import LearningState, Outcome
from compression.learning.reading import unpacked
from core.access.roles import Scope
from tests.compression.learning.dashboard_rows import judged_state, kept
from tests.compression.learning.material import told

URL = "/api/v1/compression/enhanced/learning"


@pytest.fixture(autouse=True)
def first(db: None) -> None:
    seeds.learning_give()


@pytest.fixture
def operator(api: Callable[..., APIClient], otto: User) -> APIClient:
    return api(otto, Scope.ADMIN)


def got(operator: APIClient, address: str) -> Any:
    response = operator.get(address)
    assert response.status_code == 200, response.content
    return response.json()


def judge(number: int) -> Outcome:
    """Audit a content as the platform does: by the state that serves."""
    row = LearningState.objects.get(status="serving")
    state = unpacked(row.pk)
    assert state is not None
    (one,) = judged(state, [told(number)])
    figures = {name: dict(getattr(one, name)) for name in ("chosen", "regret", "decision_cpu_s")}
    return kept(number, judged={**figures, "charged": one.charged})


def test_the_figures_are_those_of_the_dashboard(operator: APIClient) -> None:
    empty = got(operator, URL)
    assert (empty["serving"]["number"], empty["improvement"]["hold_out"]) == (1, None)
    states.state_promote(state=judged_state(), actor=None)
    for number in range(4):
        kept(number)
    kept(9, Origin.RUN, "xz-6")
    found = got(operator, f"{URL}?aim=balanced")
    assert found["improvement"]["hold_out"] == {"rate": 0.004, "low": 0.001, "high": 0.009}
    assert found["regret"]["hold_out"][1]["state"] == found["serving"]["number"] == 2
    assert found["coverage"]["quantities"]["ratio"]["low"] < found["coverage"]["quantities"]["ratio"]["share"]
    assert (found["wins"]["objective"], found["wins"]["contents"]) == ("balanced", 4)
    assert found["predictions"][0]["action"] == "xz-6"
    assert operator.get(f"{URL}?aim=best").status_code == 400


def test_outcomes_are_listed_and_shown_with_their_trials(
    operator: APIClient, django_assert_num_queries: Any
) -> None:
    row = kept(1)
    kept(2, Origin.RUN, "xz-6")
    (audit,) = got(operator, f"{URL}/outcomes?origin=audit")["results"]
    assert (audit["id"], audit["state"], audit["judged"]["charged"]) == (str(row.pk), 1, 0.01)
    assert [one["chosen"] for one in got(operator, f"{URL}/outcomes?action=xz-6")["results"]] == ["xz-6"]
    assert operator.get(f"{URL}/outcomes?colour=red").status_code == 400
    one = got(operator, f"{URL}/outcomes/{row.pk}")
    assert len(one["trials"]) == row.trials.count()
    assert one["trials"][0]["predicted"]["ratio"] == [2.0, 1.0, 4.0]
    assert one["features"]["log_size"] > 0
    assert operator.get(f"{URL}/outcomes/{uuid4()}").status_code == 404
    with django_assert_num_queries(3):  # token with its account, count, rows
        got(operator, f"{URL}/outcomes")


def test_the_rate_over_audits_is_that_of_the_raw_rows(operator: APIClient, tmp_path: Path) -> None:
    for number in range(5):
        judge(number)
    states.state_promote(state=judged_state(), actor=None)
    for number in range(5, 12):
        judge(number)
    rows = got(operator, f"{URL}/outcomes?origin=audit")["results"]
    audits = [got(operator, f"{URL}/outcomes/{row['id']}") for row in rows]
    figures, ledger = tmp_path / "figures", tmp_path / "audits"
    figures.write_text(json.dumps(got(operator, URL)))
    ledger.write_text("".join(json.dumps(audit) + "\n" for audit in audits))
    assert main(["--audits", str(figures), str(ledger)]) == 0
    audits[0]["judged"]["charged"] += 1e-6
    ledger.write_text("".join(json.dumps(audit) + "\n" for audit in audits))
    assert main(["--audits", str(figures), str(ledger)]) == 1


def test_it_is_for_those_who_look_after_the_platform(api: Callable[..., APIClient], ada: User) -> None:
    assert api(ada, Scope.READ).get(URL).status_code == 403
