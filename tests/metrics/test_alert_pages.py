"""Pages of alerts: states first, rules, a form that tries before it keeps, silence with a way back."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.models import User
from metrics.alerting import evaluating, services
from metrics.alerting.models import AlertEvent, AlertRule
from tests.metrics.samples import CPU, store

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Busy",
    "metric": CPU,
    "machine": "",
    "direction": "above",
    "threshold": "90",
    "clear_threshold": "",
    "for_s": "0",
    "clear_for_s": "0",
    "severity": "bad",
    "roles": ["operator"],
    "is_enabled": "on",
    "window": "1h",
}


@pytest.fixture
def now() -> datetime:
    """A few minutes of samples end here."""
    t = timezone.now().replace(microsecond=0)
    for second in range(0, 120, 2):
        store(t - timedelta(seconds=second + 60), 95 if 20 <= second < 40 else 10)
    return t


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content
    return str(response.content.decode())


def test_people_can_be_told_by_name(browser: Any, otto: User, ada: User, now: datetime) -> None:
    client, nobody = browser(otto), {**FORM, "roles": []}
    page = text(client.get("/metrics/alerts/new"))
    assert f'value="{otto.pk}"' in page
    assert f'value="{ada.pk}"' not in page, "who may not see alerts is not told of them"
    text(client.post("/metrics/alerts/new", {**nobody, "accounts": [str(ada.pk)]}), 400)
    assert client.post("/metrics/alerts/new", {**nobody, "accounts": [str(otto.pk)]}).status_code == 302
    rule = AlertRule.objects.get()
    assert (rule.roles, rule.accounts) == ([], [otto.pk])
    page = text(client.get(rule.get_absolute_url()))
    (box,) = re.findall(f"<input[^>]*{otto.pk}[^>]*>", page)
    assert "checked" in box


def test_a_rule_is_tried_before_it_is_kept(browser: Any, otto: User, now: datetime) -> None:
    client = browser(otto)
    tried = text(client.post("/metrics/alerts/new", FORM | {"preview": "1"}))
    assert "It would have fired <strong>1</strong> time," in tried
    assert 'class="alert-fired part"' in tried
    assert not AlertRule.objects.exists()
    assert client.post("/metrics/alerts/new", FORM).status_code == 302
    rule = AlertRule.objects.get()
    assert (rule.threshold, rule.clear_threshold, rule.roles) == (90, 90, ["operator"])
    wrong = text(client.post("/metrics/alerts/new", FORM | {"clear_threshold": "95"}), 422)
    assert "there the alert is over" in wrong
    assert 'value="95"' in wrong
    unknown = text(client.post("/metrics/alerts/new", FORM | {"metric": "no.such", "preview": "1"}), 400)
    assert "There is no metric" in unknown


def test_a_preview_of_nothing_says_so(browser: Any, otto: User) -> None:
    tried = text(browser(otto).post("/metrics/alerts/new", FORM | {"preview": "1"}))
    assert "there is nothing to try it on" in tried


def test_what_fires_comes_first(browser: Any, otto: User, now: datetime) -> None:
    client = browser(otto)
    assert "Nothing fires." in text(client.get("/metrics/alerts"))
    assert "No rules yet" in text(client.get("/metrics/alerts"))
    client.post("/metrics/alerts/new", FORM)
    store(now, 95)
    evaluating.look(now + timedelta(seconds=1))
    page = text(client.get("/metrics/alerts"))
    assert "alert-state--bad" in page
    assert "Processor, all cores together on anvil" in page
    rule = AlertRule.objects.get()
    assert "firing" in text(client.get(f"/metrics/alerts/{rule.pk}"))
    events = text(client.get("/metrics/alerts/events?after=firing"))
    assert CPU in events
    assert "Nothing matches" in text(client.get("/metrics/alerts/events?after=ok"))
    store(now + timedelta(seconds=1), 10)
    evaluating.look(now + timedelta(seconds=2))
    assert "Nothing fires." in text(client.get("/metrics/alerts"))
    evaluating.look(now + timedelta(seconds=90))
    assert "no data" in text(client.get("/metrics/alerts"))


def test_a_silence_can_be_undone(browser: Any, otto: User, now: datetime) -> None:
    client = browser(otto)
    client.post("/metrics/alerts/new", FORM)
    rule = AlertRule.objects.get()
    response = client.post(f"/metrics/alerts/{rule.pk}/silence", {"seconds": "3600", "reason": "swap"})
    (message,) = list(get_messages(response.wsgi_request))[-1:]
    assert message.extra_tags == f"undo:/metrics/alerts/{rule.pk}/hear"
    assert "silenced until" in text(client.get("/metrics/alerts"))
    client.post(f"/metrics/alerts/{rule.pk}/hear")
    assert "silenced until" not in text(client.get("/metrics/alerts"))
    client.post(f"/metrics/alerts/{rule.pk}/silence", {"seconds": "1"})
    rule.refresh_from_db()
    assert rule.silenced_until is None


def test_change_switch_and_delete(browser: Any, otto: User, now: datetime) -> None:
    client = browser(otto)
    client.post("/metrics/alerts/new", FORM)
    rule = AlertRule.objects.get()
    assert 'value="90.0"' in text(client.get(f"/metrics/alerts/{rule.pk}"))
    client.post(f"/metrics/alerts/{rule.pk}", FORM | {"threshold": "50", "clear_threshold": "40"})
    client.post(f"/metrics/alerts/{rule.pk}/switch", {"enabled": "0"})
    rule.refresh_from_db()
    assert (rule.threshold, rule.clear_threshold, rule.is_enabled) == (50, 40, False)
    client.post(f"/metrics/alerts/{rule.pk}/delete")
    assert not AlertRule.objects.exists()
    assert client.get(f"/metrics/alerts/{rule.pk}").status_code == 404
    assert not AlertEvent.objects.exists()


def test_the_page_costs_the_same_however_long_it_is(
    browser: Any, otto: User, now: datetime, django_assert_num_queries: Any
) -> None:
    client = browser(otto)
    values = {"name": "x", "metric": CPU, "threshold": 1, "for_s": 0}
    for rules in (1, 6):
        for _ in range(rules):
            services.rule_create(actor=otto, values=values)
        store(now + timedelta(seconds=rules), 95)
        evaluating.look(now + timedelta(seconds=rules + 1))
        client.get("/metrics/alerts")
        with django_assert_num_queries(
            7
        ):  # session, account, states, rules, theirs, events, the badge and the bell
            client.get("/metrics/alerts")


def test_the_desks(browser: Any, mia: User, otto: User, now: datetime) -> None:
    services.rule_create(actor=otto, values={"name": "Busy one", "metric": CPU, "threshold": 1, "for_s": 0})
    store(now, 95)
    evaluating.look(now + timedelta(seconds=1))
    for user in (mia, otto):
        client = browser(user)
        for desk in ("alertrule", "alertstate", "alertevent"):
            assert "Busy one" in text(client.get(f"/admin/metrics/{desk}/"))


def test_a_user_may_not_look(browser: Any, ada: User) -> None:
    client = browser(ada)
    assert client.get("/metrics/alerts").status_code == 403
    assert "/metrics/alerts" not in text(client.get("/"))
