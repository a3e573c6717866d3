"""Alerts by the API: rules, silences, events and previews."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from core.access.roles import Scope
from metrics.alerting import services
from metrics.alerting.models import AlertRule
from tests.metrics.alerting import began, come, known_machine, minutes_of, rule
from tests.metrics.samples import CPU, store

pytestmark = pytest.mark.django_db
API = "/api/v1/metrics/alerts"
__all__ = ["began", "known_machine", "rule"]


@pytest.fixture
def client(api: Callable[..., APIClient], otto: User) -> APIClient:
    return api(otto, Scope.ADMIN)


@pytest.fixture
def asked() -> dict[str, Any]:
    return {"name": "Busy", "metric": CPU, "threshold": 90, "clear_threshold": 80}


def test_rules_by_the_api(client: APIClient, asked: dict[str, Any], began: datetime, otto: User) -> None:
    made = client.post(API, asked, format="json")
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["for_s"], body["severity"], body["roles"], body["states"], body["status"]) == (
        60,
        "warn",
        ["operator", "administrator"],
        [],
        None,
    )
    one = f"{API}/{body['id']}"
    changed = client.patch(one, {"for_s": 0, "severity": "bad"}, format="json").json()
    assert (changed["for_s"], changed["severity"], changed["threshold"]) == (0, "bad", 90)
    come(began, 95)
    shown = client.get(one).json()
    assert (shown["status"], shown["states"][0]["value"]) == ("firing", 95)
    assert client.get(f"{API}?status=firing&severity=bad").json()["count"] == 1
    assert client.get(f"{API}?status=ok").json()["count"] == 0
    events = client.get(f"{API}/events?after=firing").json()["results"]
    assert [(event["rule"], event["series"], event["value"]) for event in events] == [(body["id"], CPU, 95)]
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"alert_rule.created", "alert_rule.changed", "alert_rule.deleted"} <= actions


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"metric": "system.nonsense"}, 400, "metric"),
        ({"metric": "nothing.*"}, 400, "metric"),
        ({"clear_threshold": 91}, 422, "clear_threshold"),
        ({"direction": "below", "clear_threshold": 80}, 422, "clear_threshold"),
        ({"threshold": "much"}, 400, "threshold"),
        ({"machine": "nowhere"}, 400, "machine"),
        ({"roles": ["viewer"]}, 400, "roles.0"),
        ({"severity": "info"}, 400, "severity"),
        ({"for_s": -1}, 400, "for_s"),
        ({"colour": "red"}, 400, "colour"),
        ({"accounts": ["00000000-0000-4000-8000-000000000000"]}, 400, "accounts"),
    ],
)
def test_what_cannot_be_a_rule(
    client: APIClient, asked: dict[str, Any], wrong: dict[str, Any], status: int, field: str
) -> None:
    answer = client.post(API, asked | wrong, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)
    assert not AlertRule.objects.exists()


def test_a_number_that_is_none_is_refused(client: APIClient, asked: dict[str, Any]) -> None:
    for text in ("nan", "inf"):
        answer = client.post(API, asked | {"threshold": text, "clear_threshold": text}, format="json")
        assert answer.status_code == 400


def test_too_many_series_are_refused(client: APIClient, asked: dict[str, Any], began: datetime) -> None:
    values: dict[str, Any] = {f"system__disk_percent__d{number}": 1.0 for number in range(21)}
    store(began, **values)
    answer = client.post(API, asked | {"metric": "system.disk_percent.*"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_series")


def test_a_silence_by_the_api(client: APIClient, rule: AlertRule) -> None:
    url = f"{API}/{rule.pk}/silence"
    body = client.post(url, {"seconds": 3600, "reason": "disk is swapped"}, format="json").json()
    assert body["silence_reason"] == "disk is swapped"
    assert client.get(f"{API}?silenced=true").json()["count"] == 1
    assert client.post(url, {}, format="json").status_code == 400
    assert client.post(url, {"until": "2020-01-01T00:00:00Z"}, format="json").status_code == 400
    assert client.post(url, {"until": None}, format="json").json()["silenced_until"] is None
    assert client.get(f"{API}?silenced=true").json()["count"] == 0


def test_only_staff_may_look(api: Any, ada: User, rule: AlertRule) -> None:
    client = api(ada, Scope.WRITE)
    assert client.get(API).status_code == 403
    assert client.get(f"{API}/{rule.pk}").status_code == 403


def test_the_list_costs_the_same_however_long_it_is(
    client: APIClient, otto: User, django_assert_num_queries: Any
) -> None:
    client.get(API)
    for rules in (1, 8):
        for number in range(rules):
            values = {"name": f"{number}", "metric": CPU, "threshold": 90}
            services.rule_create(actor=otto, values=values)
        with django_assert_num_queries(4):  # token, count, rules, states
            client.get(API)


def test_the_preview_by_the_api(client: APIClient, began: datetime) -> None:
    t = minutes_of(began)
    asked = {
        "metric": CPU,
        "threshold": 90,
        "for_s": 2,
        "clear_for_s": 0,
        "from": t.isoformat(),
        "to": (t + timedelta(minutes=20)).isoformat(),
    }
    answer = client.post(f"{API}/preview", asked, format="json")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["count"], body["exact"], body["resolution"]) == (1, True, "raw")
    (interval,) = body["lines"][0]["intervals"]
    assert datetime.fromisoformat(interval["start"]) == t + timedelta(seconds=602)
    assert datetime.fromisoformat(interval["end"]) == t + timedelta(seconds=610)
    assert interval["worst"] == 95
    assert not AlertRule.objects.exists()
    assert client.post(f"{API}/preview", {**asked, "from": asked["to"]}, format="json").status_code == 400
