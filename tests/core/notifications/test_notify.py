"""What accounts are told: once, in their pages, and to nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEntry, User
from core.choices import JobStatus
from core.events import subscribe
from core.jobs import enqueue, runner
from core.jobs.ending import end
from core.models import Job
from core.notifications import services
from core.notifications.choices import Channel, Level
from core.notifications.events import NotificationsChanged
from core.notifications.models import Delivery, Notification, Webhook
from core.notifications.wishes import wishes_of
from tests.core.notifications.conftest import KIND, tell

pytestmark = pytest.mark.django_db
heard: list[NotificationsChanged] = []


@subscribe(NotificationsChanged)
def hear(news: NotificationsChanged) -> None:
    heard.append(news)


def test_an_account_is_told_with_the_transaction(ada: User, django_capture_on_commit_callbacks: Any) -> None:
    heard.clear()
    with django_capture_on_commit_callbacks(execute=True):
        told = tell(ada, "Two\nlines\x00", body="a\nb", url="/jobs")
        assert not heard
    assert (told.title, told.body, told.url, told.read_at) == ("Two lines�", "a\nb", "/jobs", None)
    assert [news.owner_id for news in heard] == [ada.pk]


def test_it_is_not_told_where_the_transaction_is_taken_back(ada: User, webhook: Webhook) -> None:
    with transaction.atomic():
        assert tell(ada) is not None
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()


def test_the_same_is_told_once_while_it_is_unread(ada: User, ben: User) -> None:
    first = tell(ada, key="disk")
    assert tell(ada, "again", key="disk") is None
    assert tell(ben, key="disk") is not None
    services.notification_mark(notification=first, read=True)
    assert tell(ada, key="disk") is not None
    assert Notification.objects.filter(owner=ada).count() == 2
    assert (tell(ada), tell(ada)) != (None, None), "without a key all is told"


def test_what_was_told_again_cannot_be_unread_twice(api: Any, ada: User) -> None:
    first = tell(ada, key="disk")
    services.notification_mark(notification=first, read=True)
    tell(ada, key="disk")
    response = api(ada).patch(f"/api/v1/notifications/{first.pk}", {"read": False}, format="json")
    assert (response.status_code, response.json()["code"]) == (409, "told_again")


def test_channels_follow_what_was_chosen(ada: User, webhook: Webhook, settings: Any) -> None:
    settings.EMAIL_ON = True
    tell(ada, level=Level.INFO)
    tell(ada, level=Level.BAD)
    sent = list(Delivery.objects.values_list("notification__level", "channel"))
    assert sorted(sent) == [("bad", "email"), ("bad", "webhook"), ("info", "webhook")]
    services.settings_put(owner=ada, email=["info"], webhook=[], muted=[])
    Delivery.objects.all().delete()
    tell(ada, level=Level.INFO)
    tell(ada, level=Level.BAD)
    assert [one.channel for one in Delivery.objects.all()] == [Channel.EMAIL]
    services.settings_put(owner=ada, email=[], webhook=["bad"], muted=[KIND])
    assert tell(ada, level=Level.BAD) is None


def test_no_letter_is_written_where_mail_is_off_and_none_to_a_webhook_that_is(
    ada: User, webhook: Webhook, settings: Any
) -> None:
    settings.EMAIL_ON = False
    services.webhook_change(webhook=webhook, actor=ada, changes={"is_enabled": False})
    assert tell(ada, level=Level.BAD) is not None
    assert not Delivery.objects.exists()


def test_old_ones_are_forgotten(ada: User) -> None:
    old, new = tell(ada), tell(ada)
    Notification.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=91))
    assert services.notifications_forget() == 1
    assert list(Notification.objects.all()) == [new]


# Jobs


def ended(owner: User, seconds: float, status: JobStatus) -> Job:
    """A job that ended after some seconds."""
    job = enqueue("test.echo", owner=owner, params={"say": "x"}, title="The long one")
    runner.claim(str(job.pk), worker="w")
    Job.objects.filter(pk=job.pk).update(started_at=timezone.now() - timedelta(seconds=seconds))
    row = Job.objects.get(pk=job.pk)
    error = {"detail": "The disk is full."} if status == JobStatus.FAILED else None
    end(row, status, error)
    return row


@pytest.mark.parametrize(
    ("seconds", "status", "told"),
    [(61, JobStatus.FAILED, 1), (59, JobStatus.FAILED, 0), (99, JobStatus.SUCCEEDED, 0)],
)
def test_owners_hear_of_long_jobs_that_fail(ada: User, seconds: float, status: JobStatus, told: int) -> None:
    job = ended(ada, seconds, status)
    found = list(Notification.objects.filter(owner=ada))
    assert len(found) == told
    if found:
        assert (found[0].title, found[0].body) == ("The long one: failed", "The disk is full.")
        assert found[0].url == f"/jobs/{job.pk}"


def test_a_job_whose_workers_all_died_is_told_too(ada: User) -> None:
    from core.jobs import services as job_services

    job = enqueue("test.echo", owner=ada, params={"say": "x"})
    runner.claim(str(job.pk), worker="w")
    long_ago = timezone.now() - timedelta(seconds=90)
    Job.objects.filter(pk=job.pk).update(started_at=long_ago, lease_until=long_ago, attempt=3)
    assert job_services.jobs_recover() == 1
    assert Notification.objects.get(owner=ada).kind == "job.failed"


# API


def test_the_api_lists_and_marks(api: Any, ada: User) -> None:
    client = api(ada)
    first, second = tell(ada, "first", level=Level.BAD), tell(ada, "second", level=Level.INFO)
    body = client.get("/api/v1/notifications").json()
    assert [one["title"] for one in body["results"]] == ["second", "first"]
    assert body["results"][1] | {"created_at": ""} == {
        "id": str(first.pk),
        "kind": KIND,
        "level": "bad",
        "title": "first",
        "body": "",
        "url": "",
        "created_at": "",
        "read": False,
        "read_at": None,
    }
    marked = client.patch(f"/api/v1/notifications/{first.pk}", {"read": True}, format="json").json()
    assert marked["read"] is True
    unread = client.get("/api/v1/notifications?unread=true").json()["results"]
    assert [one["title"] for one in unread] == ["second"]
    assert client.get("/api/v1/notifications?level=bad&search=first").json()["count"] == 1
    assert client.get("/api/v1/notifications?wrong=1").status_code == 400
    assert client.post("/api/v1/notifications/read", {"ids": [str(second.pk)]}, format="json").json() == {
        "marked": 1
    }
    tell(ada)
    assert client.post("/api/v1/notifications/read", {}, format="json").json() == {"marked": 1}


def test_notifications_are_for_their_owner_alone(api: Any, ada: User, ben: User, mia: User) -> None:
    told = tell(ada)
    for user in (ben, mia):
        client = api(user)
        assert client.get("/api/v1/notifications").json()["count"] == 0
        assert client.get(f"/api/v1/notifications/{told.pk}").status_code == 404
        assert (
            client.patch(f"/api/v1/notifications/{told.pk}", {"read": True}, format="json").status_code == 404
        )
        marked = client.post("/api/v1/notifications/read", {"ids": [str(told.pk)]}, format="json").json()
        assert marked == {"marked": 0}
    told.refresh_from_db()
    assert told.read_at is None


def test_settings_by_the_api(api: Any, ada: User) -> None:
    client = api(ada)
    found = client.get("/api/v1/notifications/settings").json()
    assert (found["email"], found["webhook"], found["muted"]) == (
        ["warn", "bad"],
        ["info", "good", "warn", "bad"],
        [],
    )
    assert {"name": "job.failed", "title": "Long jobs that failed"} in found["kinds"]
    put = client.put(
        "/api/v1/notifications/settings", {**found, "email": ["bad", "info"], "muted": [KIND]}, format="json"
    )
    assert (put.status_code, put.json()["email"], put.json()["muted"]) == (200, ["info", "bad"], [KIND])
    wrong = {"email": ["loud"], "webhook": [], "muted": []}
    assert client.put("/api/v1/notifications/settings", wrong, format="json").status_code == 400
    unknown = client.put(
        "/api/v1/notifications/settings", {"email": [], "webhook": [], "muted": ["no"]}, format="json"
    )
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (400, "muted")
    assert AuditEntry.objects.filter(action="notification_settings.changed").count() == 1


# Pages


def text(response: Any) -> str:
    assert response.status_code == 200, response.content
    return str(response.content.decode())


def test_the_page_the_bell_and_reading(browser: Any, ada: User) -> None:
    client = browser(ada)
    assert "Nothing to tell" in text(client.get("/notifications"))
    first = tell(ada, "<b>first</b>", url="/jobs", body="a & b")
    tell(ada, "second")
    page = text(client.get("/notifications"))
    assert f'<a href="/notifications/{first.pk}">&lt;b&gt;first&lt;/b&gt;</a>' in page
    assert "a &amp; b" in page
    assert 'aria-label="Notifications: 2 unread"' in page
    client.post("/notifications/read", {"selected": [str(first.pk), "nonsense"], "next": "/notifications"})
    assert 'aria-label="Notifications: 1 unread"' in text(client.get("/notifications/bell"))
    assert "first" not in text(client.get("/notifications?unread=true"))
    assert client.post("/notifications/read", {"all": "1"}).status_code == 302
    assert 'aria-label="Notifications"' in text(client.get("/notifications/bell"))
    assert text(client.get("/notifications?level=nonsense&page=last&unread=maybe"))


def test_who_goes_where_it_leads_has_read_it(browser: Any, ada: User, ben: User) -> None:
    told = tell(ada, url="/jobs")
    assert browser(ben).get(f"/notifications/{told.pk}").status_code == 404
    told.refresh_from_db()
    assert told.read_at is None
    response = browser(ada).get(f"/notifications/{told.pk}")
    assert (response.status_code, response.url) == (302, "/jobs")
    told.refresh_from_db()
    assert told.read_at is not None


def test_the_page_costs_the_same_however_long_it_is(
    browser: Any, ada: User, django_assert_num_queries: Any
) -> None:
    client = browser(ada)
    for number in (3, 20):
        for _ in range(number):
            tell(ada)
        client.get("/notifications")
        with django_assert_num_queries(5):  # session, account, count, rows, the badge and the bell
            client.get("/notifications")


def test_the_profile_page_keeps_what_is_told(browser: Any, ada: User) -> None:
    client = browser(ada)
    page = text(client.get("/account"))
    assert "E-mail is not switched on here" in page
    chosen = {"email": ["bad"], "webhook": ["info", "bad"], "told": ["job.failed"]}
    assert client.post("/notifications/settings", chosen).status_code == 302
    wishes = wishes_of(ada)
    assert wishes.levels == {Channel.EMAIL: {"bad"}, Channel.WEBHOOK: {"info", "bad"}}
    assert KIND in wishes.muted
    assert "job.failed" not in wishes.muted
    client.post("/notifications/settings", {"email": ["loud"]})
    assert wishes_of(ada) == wishes
