"""Learning in the back office: states, settings and weights; ledgers to look at."""

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from compression.learning import seeds, states
from compression.learning.models import LearningSettings, LearningState, ObjectiveWeight, Outcome
from tests.compression.learning.material import keep_many, learned

DESK = "/admin/compression"


@pytest.fixture(autouse=True)
def first(db: None) -> None:
    seeds.learning_give()


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def desk(mia: User) -> Client:
    return signed_in(mia)


def act(browser: Client, action: str, row: LearningState) -> int:
    body = {"action": action, "_selected_action": [str(row.pk)]}
    return browser.post(f"{DESK}/learningstate/", body).status_code


def test_states_are_promoted_and_retired(desk: Client) -> None:
    row = states.state_keep(state=learned(1), lineage={}, figures={})
    assert desk.get(f"{DESK}/learningstate/").status_code == 200
    page = desk.get(f"{DESK}/learningstate/{row.pk}/change/")
    assert page.status_code == 200
    assert act(desk, "promote", row) == 302
    assert LearningState.objects.get(status="serving") == row
    assert act(desk, "retire", row) == 302
    assert LearningState.objects.get(status="serving").number == 1
    assert desk.post(f"{DESK}/learningstate/{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_operators_choose_states_and_administrators_set(otto: User) -> None:
    browser = signed_in(otto)
    row = states.state_keep(state=learned(1), lineage={}, figures={})
    act(browser, "promote", row)
    assert LearningState.objects.get(status="serving") == row
    assert browser.get(f"{DESK}/learningsettings/1/change/").status_code == 403


def test_everything_is_switched_off(desk: Client) -> None:
    url = f"{DESK}/learningsettings/1/change/"
    assert desk.get(url).status_code == 200
    numbers = {
        "owner_per_day": 5,
        "again_after_days": 1,
        "audit_share": "0.5",
        "audit_cpu_s": 10,
        "training_after": 7,
    }
    assert desk.post(url, numbers).status_code == 302
    now = LearningSettings.objects.get()
    assert not any((now.harvest, now.audits, now.training, now.promotion, now.drift_notices))
    assert (now.audit_share, now.training_after) == (0.5, 7)
    assert AuditEntry.objects.filter(action="learning_settings.changed").count() == 1
    for wrong in ({"audit_share": "2"}, {"audit_share": "nan"}, {"training_after": 0}):
        assert desk.post(url, {**numbers, **wrong}).status_code == 200
    assert desk.get(f"{DESK}/learningsettings/add/").status_code == 403


def test_actions_are_switched_off_by_name(desk: Client) -> None:
    url = f"{DESK}/learningsettings/1/change/"
    page = desk.get(url).content.decode()
    assert "small where content repeats far apart" in page
    body = {
        "owner_per_day": 5,
        "again_after_days": 1,
        "audit_share": "0.5",
        "audit_cpu_s": 10,
        "training_after": 7,
    }
    assert desk.post(url, {**body, "actions_off": ["xz-6", "zstd-19"]}).status_code == 302
    assert LearningSettings.objects.get().actions_off == ["xz-6", "zstd-19"]
    assert desk.post(url, {**body, "actions_off": ["no such action"]}).status_code == 200
    assert LearningSettings.objects.get().actions_off == ["xz-6", "zstd-19"]


def test_weights_change_and_one_stays(desk: Client) -> None:
    url = f"{DESK}/objectiveweight/{{}}/change/"
    assert desk.post(url.format("speed"), {"weight": "2"}).status_code == 302
    assert ObjectiveWeight.objects.get(pk="speed").weight == 2
    for objective in ("ratio", "balanced", "speed"):
        desk.post(url.format(objective), {"weight": "0"})
    assert ObjectiveWeight.objects.filter(weight__gt=0).count() == 1
    assert desk.post(url.format("decode"), {"weight": "-1"}).status_code == 200
    assert AuditEntry.objects.filter(action="objective_weight.changed").count() == 3


def test_ledgers_are_there_to_look_at(desk: Client) -> None:
    keep_many(2, held_out=1)
    for name in ("outcome", "heldout", "learningnotice", "objectiveweight", "learningsettings"):
        assert desk.get(f"{DESK}/{name}/").status_code == 200
    row = Outcome.objects.first()
    assert row is not None
    assert desk.get(f"{DESK}/outcome/{row.pk}/change/").status_code == 200
    assert desk.get(f"{DESK}/outcome/add/").status_code == 403
    assert desk.post(f"{DESK}/outcome/{row.pk}/delete/", {"post": "yes"}).status_code == 403
