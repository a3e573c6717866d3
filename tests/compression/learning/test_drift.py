"""Drift: staff are told once where the serving state predicts worse than it did."""

from typing import Any

import pytest

from accounts.models import User
from compression.learning import drift, seeds
from compression.learning.events import LearningNoticed
from compression.learning.models import LearningNotice, LearningSettings, LearningState
from core.events import subscribe
from core.models import Notification
from tests.compression.learning.rows import outcome_row, state_row, trial_row

pytestmark = pytest.mark.django_db
heard: list[LearningNoticed] = []


@subscribe(LearningNoticed)
def hear(news: LearningNoticed) -> None:
    heard.append(news)


@pytest.fixture(autouse=True)
def serving() -> LearningState:
    heard.clear()
    made = seeds.learning_give()
    assert made is not None
    return made


def came(state: LearningState, count: int, ratio: float, origin: str = "run") -> None:
    """Keep outcomes for which a ratio of 2 was predicted, of 1.5 to 2.5."""
    start = state.pk.hex
    for number in range(count):
        outcome = outcome_row((start, number, ratio), state=state, origin=origin)
        predicted = {"ratio": [2.0, 1.5, 2.5]}
        trial_row(outcome, size=round(1000 / ratio), predicted=predicted)


def test_nothing_is_said_of_predictions_that_hold(serving: LearningState) -> None:
    came(serving, 60, 2.1)
    found = drift.drift_now()
    assert found is not None
    assert found.outside is not None
    assert (found.outcomes, found.outside.value, found.is_worse) == (50, 0.0, False)
    assert found.error_now == pytest.approx(0.07, abs=0.01)
    assert drift.drift_watch() is None


def test_staff_are_told_once_of_what_got_worse(
    serving: LearningState, mia: User, otto: User, ada: User, django_capture_on_commit_callbacks: Any
) -> None:
    came(serving, 40, 2.1)
    came(serving, 50, 4.0)
    with django_capture_on_commit_callbacks(execute=True):
        notice = drift.drift_watch()
    assert notice is not None
    assert "predicts worse than it did: 100%" in notice.text
    assert notice.detail["error_now"] > notice.detail["error_before"]
    assert set(heard[0].staff) == {mia.pk, otto.pk}
    told = list(Notification.objects.values_list("owner", "kind", "url"))
    assert told == [(mia.pk, "learning.noticed", f"/learning/states/{serving.number}")]
    assert drift.drift_watch() is None
    assert LearningNotice.objects.count() == 1


def test_one_more_bad_state_is_told_of_too(serving: LearningState) -> None:
    came(serving, 30, 4.0)
    assert drift.drift_watch() is not None
    LearningState.objects.update(status="retired")
    other = state_row(2)
    LearningState.objects.filter(pk=other.pk).update(status="serving")
    assert drift.drift_watch() is None
    came(other, 30, 4.0)
    assert drift.drift_watch() is not None


def test_few_outcomes_audits_and_chance_say_nothing(serving: LearningState) -> None:
    came(serving, 60, 4.0, origin="audit")
    came(serving, 15, 4.0)
    assert drift.drift_watch() is None
    came(serving, 60, 2.2)
    came(serving, 7, 4.1)
    found = drift.drift_now()
    assert found is not None
    assert found.outside is not None
    assert (found.outside.value, found.is_worse) == (0.14, False)


def test_it_can_be_switched_off(serving: LearningState) -> None:
    LearningSettings.objects.update(drift_notices=False)
    came(serving, 50, 4.0)
    assert drift.drift_watch() is None


def test_there_may_be_no_state_at_all() -> None:
    LearningState.objects.update(status="retired")
    assert drift.drift_now() is None
    assert drift.drift_watch() is None
