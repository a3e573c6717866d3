"""Alerts as they are looked at: on what comes in, across restarts, told once; and previews."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from core.notifications.models import Notification
from metrics.alerting import checking, evaluating, preview, seeds, services
from metrics.alerting.models import AlertEvent, AlertLook, AlertRule, AlertState
from tests.metrics.alerting import began, come, known_machine, minutes_of, rule
from tests.metrics.samples import CPU, store

pytestmark = pytest.mark.django_db
__all__ = ["began", "known_machine", "rule"]


def told(user: User) -> list[tuple[str, str]]:
    """Level and title of what an account was told, in order."""
    return list(Notification.objects.filter(owner=user).order_by("created_at").values_list("level", "title"))


def happened() -> list[str]:
    """What series came to, in order."""
    return list(AlertEvent.objects.order_by("at", "created_at").values_list("after", flat=True))


def test_it_fires_and_ends_and_tells_once_each(
    rule: AlertRule, began: datetime, otto: User, mia: User, ada: User
) -> None:
    come(began, 10, 95, 95, 95, 96, 97, 98, 99, 85, 85, 70, 70, 70, 70)
    assert happened() == ["firing", "ok"]
    expected = [("warn", "Busy: Processor, all cores together is 96.0\u00a0%"), ("good", "Busy: over")]
    assert told(otto) == told(mia) == expected
    assert told(ada) == []
    first = Notification.objects.filter(owner=otto).earliest("created_at")
    assert first.url == f"/metrics/alerts/{rule.pk}"
    assert "system.cpu_percent on anvil is above 90\u00a0% for 3\u00a0s" in first.body


def test_each_look_goes_on_where_the_last_one_stopped(rule: AlertRule, began: datetime, otto: User) -> None:
    """A look that dies has looked at nothing; one that comes late looks at all that came."""
    come(began, 10)
    for number, value in enumerate([95, 95, 95, 95, 70, 70, 70, 70, 95], start=1):
        store(began + timedelta(seconds=number), value)
    with transaction.atomic():
        evaluating.look(began + timedelta(seconds=10))
        transaction.set_rollback(True)
    assert happened() == []
    evaluating.look(began + timedelta(seconds=10))
    assert happened() == ["firing", "ok"]
    assert [level for level, _ in told(otto)] == ["warn", "good"]
    evaluating.look(began + timedelta(seconds=11))
    assert len(happened()) == 2
    assert AlertState.objects.get().status == "pending"
    assert AlertLook.objects.get().at == began + timedelta(seconds=9)


def test_what_comes_after_a_silence_is_no_data_and_then_goes_on(
    rule: AlertRule, began: datetime, otto: User
) -> None:
    come(began, 95, 95, 95, 95)
    evaluating.look(began + timedelta(seconds=64))
    evaluating.look(began + timedelta(seconds=70))
    assert happened() == ["firing", "no_data"]
    come(began, 95, 70, 70, 70, at=80)
    assert happened() == ["firing", "no_data", "firing", "ok"]
    assert [title for _, title in told(otto) if title.startswith("Busy")] == [
        "Busy: Processor, all cores together is 95.0\u00a0%",
        "Busy: over",
    ]
    (silent,) = AlertEvent.objects.filter(after="no_data")
    assert silent.at == began + timedelta(seconds=63)


def test_staff_hear_once_that_a_machine_has_gone_silent(began: datetime, otto: User, ada: User) -> None:
    """No rule can say so: none has anything to look at."""
    store(began - timedelta(minutes=10))
    come(began, 10)
    for seconds in (59, 61, 62, 200):
        evaluating.look(began + timedelta(seconds=seconds))
    assert told(otto) == [("bad", "No metrics of anvil for a minute")]
    come(began, 10, 10, at=201)
    assert told(otto)[1:] == [("good", "Metrics of anvil come again")]
    assert told(ada) == []


def test_a_machine_that_came_and_went_is_not_missed(began: datetime, otto: User) -> None:
    come(began, 10, 10)
    evaluating.look(began + timedelta(seconds=100))
    assert told(otto) == []
    assert not AlertLook.objects.get().is_silent


def test_a_machine_without_a_sample_for_a_day_is_looked_at_no_more(
    rule: AlertRule, began: datetime, otto: User, django_assert_num_queries: Any
) -> None:
    store(began - timedelta(minutes=10))
    come(began, 10)
    later = began + timedelta(days=1, minutes=1)
    evaluating.look(later)
    assert happened() == ["no_data"], "what was not silent yet is taken to its end"
    with django_assert_num_queries(4):
        evaluating.look(later)
    assert told(otto) == []


def test_a_machine_stays_silent_when_its_samples_grow_old(began: datetime, otto: User) -> None:
    store(began - timedelta(minutes=10))
    come(began, 10)
    evaluating.look(began + timedelta(minutes=2))
    evaluating.look(began + timedelta(hours=23, minutes=55))
    assert [level for level, _ in told(otto)] == ["bad"]


def test_after_the_clock_was_set_back_it_looks_on(rule: AlertRule, began: datetime, otto: User) -> None:
    come(began, 10)
    AlertLook.objects.update(at=began + timedelta(hours=1))
    evaluating.look(began + timedelta(seconds=1))
    come(began, 95, 95, 95, 95, at=2)
    assert happened() == ["firing"]


def test_a_silence_keeps_quiet_and_changes_nothing_else(rule: AlertRule, began: datetime, otto: User) -> None:
    services.rule_silence(
        rule=rule, actor=otto, until=timezone.now() + timedelta(hours=1), reason="maintenance"
    )
    come(began, 95, 95, 95, 95)
    assert AlertState.objects.get().status == "firing"
    assert AlertEvent.objects.get().silenced
    assert told(otto) == []
    services.rule_silence(rule=rule, actor=otto, until=None)
    come(began, 95, 95, at=4)
    assert [level for level, _ in told(otto)] == ["warn"], "what still fires is told then, once"
    services.rule_silence(rule=rule, actor=otto, until=timezone.now() + timedelta(hours=1))
    come(began, 10, 10, 10, at=6)
    assert AlertState.objects.get().status == "ok"
    assert [level for level, _ in told(otto)] == ["warn", "good"], "who heard of it hears of its end"
    come(began, 95, 95, 95, 95, 10, 10, 10, at=9)
    assert happened() == ["firing", "ok"] * 2
    assert len(told(otto)) == 2


def test_what_comes_and_goes_is_told_of_once_in_ten_minutes(
    rule: AlertRule, began: datetime, otto: User
) -> None:
    flap = [95.0] * 4 + [10.0] * 3
    come(began, *flap * 3)
    assert happened() == ["firing", "ok"] * 3
    assert [level for level, _ in told(otto)] == ["warn", "good"]
    come(began, *[95.0] * 4, at=600)
    come(began, 95, 95, at=604)
    assert [level for level, _ in told(otto)] == ["warn", "good", "warn"]
    (last,) = Notification.objects.filter(owner=otto).order_by("-created_at")[:1]
    at = began + timedelta(seconds=3)
    assert last.body.endswith(f" It has fired 3 times since it was told at {at:%H:%M:%S} UTC.")


def test_what_still_fires_after_ten_minutes_is_told_then(
    rule: AlertRule, began: datetime, otto: User
) -> None:
    come(began, 95, 95, 95, 95, 10, 10, 10)
    come(began, 95, 95, 95, 95, at=590)
    assert [level for level, _ in told(otto)] == ["warn", "good"]
    come(began, *[95.0] * 10, at=594)
    assert [level for level, _ in told(otto)] == ["warn", "good", "warn"]


def test_a_pattern_looks_at_each_series(otto: User, began: datetime) -> None:
    values = {
        "name": "Full",
        "metric": "system.disk_percent.*",
        "threshold": 90,
        "for_s": 0,
        "clear_for_s": 0,
    }
    services.rule_create(actor=otto, values=values)
    store(began, system__disk_percent__root=95.0, system__disk_percent__data=10.0)
    evaluating.look(began + timedelta(seconds=1))
    found = dict(AlertState.objects.values_list("series", "status"))
    assert found == {"system.disk_percent.root": "firing", "system.disk_percent.data": "ok"}
    # A slow probe has no value in most samples.
    store(began + timedelta(seconds=1))
    evaluating.look(began + timedelta(seconds=2))
    assert dict(AlertState.objects.values_list("series", "status")) == found


def test_machines_are_looked_at_by_themselves(otto: User, began: datetime) -> None:
    for name in ("anvil", "bellows"):
        store(began - timedelta(seconds=30), 1, machine=name)
    values = {"name": "x", "metric": CPU, "machine": "bellows", "threshold": 90, "for_s": 0}
    services.rule_create(actor=otto, values=values)
    for name in ("anvil", "bellows"):
        store(began, 95, machine=name)
    evaluating.look(began + timedelta(seconds=1))
    assert list(AlertState.objects.values_list("machine", flat=True)) == ["bellows"]


def test_a_rule_that_is_changed_or_switched_off_begins_anew(
    rule: AlertRule, began: datetime, otto: User
) -> None:
    come(began, 95, 95, 95, 95)
    services.rule_change(rule=rule, actor=otto, changes={"is_enabled": False})
    assert not AlertState.objects.exists()
    assert happened() == ["firing", "ok"]
    come(began, 95, 95, 95, 95, at=4)
    assert not AlertState.objects.exists()
    services.rule_change(rule=rule, actor=otto, changes={"is_enabled": True, "threshold": 99.0})
    come(began, 95, 95, 95, 95, at=8)
    assert AlertState.objects.get().status == "ok"


def test_who_is_told_is_staff_alone(began: datetime, otto: User, mia: User, ada: User) -> None:
    base = {"name": "x", "metric": CPU, "threshold": 90, "for_s": 0}
    services.rule_create(actor=mia, values={**base, "roles": ["administrator"], "accounts": []})
    services.rule_create(actor=mia, values={**base, "roles": [], "accounts": [otto.pk]})
    come(began, 95)
    assert (len(told(mia)), len(told(otto)), len(told(ada))) == (1, 1, 0)


def test_the_ledger_refuses_changes_and_survives_its_rule(
    rule: AlertRule, began: datetime, otto: User
) -> None:
    come(began, 95, 95, 95, 95)
    services.rule_delete(rule=rule, actor=otto)
    assert [event.rule_id for event in AlertEvent.objects.all()] == [None, None]
    assert {event.rule_name for event in AlertEvent.objects.all()} == {"Busy"}
    with pytest.raises(IntegrityError), transaction.atomic():
        AlertEvent.objects.update(value=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        AlertEvent.objects.all().delete()


def test_the_database_refuses_a_rule_that_cannot_end(rule: AlertRule) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AlertRule.objects.update(clear_threshold=91)


def test_the_rules_of_a_new_installation_are_given_once() -> None:
    said: list[str] = []
    seeds.alert_rules(said.append)
    assert said == [f"{len(seeds.RULES)} alert rules made"]
    for one in AlertRule.objects.all():
        checking.check(one)
    AlertRule.objects.filter(name="Disk nearly full").delete()
    seeds.alert_rules(said.append)
    assert len(said) == 1
    assert not AlertRule.objects.filter(name="Disk nearly full").exists()


def test_a_look_costs_the_same_however_many_series_there_are(
    otto: User, began: datetime, django_assert_max_num_queries: Any
) -> None:
    seeds.alert_rules(lambda words: None)
    values: dict[str, Any] = {f"system__disk_percent__d{number}": 10.0 for number in range(15)}
    for second in range(4):
        store(began + timedelta(seconds=second), **values)
        with django_assert_max_num_queries(15):
            evaluating.look(began + timedelta(seconds=second + 1))
    assert AlertState.objects.count() == 15


# Preview


def test_a_preview_is_what_looks_would_have_found(rule: AlertRule, began: datetime) -> None:
    course = [10, 95, 95, 95, 95, 85, 70, 70, 70, 95, 10, 95, 95, 95, 95, 95, 95]
    last = come(began, *[float(value) for value in course])
    found = preview.preview(rule, began, last + timedelta(seconds=1))
    live = list(AlertEvent.objects.order_by("at").values_list("after", "at"))
    (line,) = found.lines
    times = [("firing", one.start) for one in line.intervals]
    times += [("ok", one.end) for one in line.intervals if one.end]
    assert sorted(times, key=lambda one: one[1]) == live
    assert (found.count, found.is_exact, line.intervals[1].end) == (2, True, None)
    assert line.intervals[0].worst == 95


def test_a_preview_of_minutes_says_so_and_shows_all_that_may_have_fired(
    rule: AlertRule, began: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    t = minutes_of(began)
    exact = preview.preview(rule, t, t + timedelta(minutes=20))
    assert (exact.resolution, exact.count) == ("raw", 1)
    monkeypatch.setattr(preview, "MOST_POINTS", 100)
    told = preview.preview(rule, t, t + timedelta(minutes=20))
    assert (told.resolution, told.is_exact, told.count) == ("minute", False, 1)
    assert told.seconds >= exact.seconds


def test_a_preview_of_what_is_below_takes_the_lowest_of_each_minute(
    otto: User, began: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    t = minutes_of(began)
    values = {"name": "x", "metric": CPU, "direction": "below", "threshold": 50, "for_s": 0, "clear_for_s": 0}
    below = checking.rule_of(values)
    monkeypatch.setattr(preview, "MOST_POINTS", 100)
    (line,) = preview.preview(below, t, t + timedelta(minutes=20)).lines
    assert len(line.intervals) == 1, "each minute has a second below"
