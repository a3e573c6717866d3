"""Deliveries: signed, tried again, given up, not lost with a process; by real servers."""

import json
import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from email import message_from_string
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from accounts.models import User
from core.breaker import Status
from core.clock import duties
from core.notifications import delivering, posting, rules, services
from core.notifications.choices import Channel, DeliveryStatus, Level
from core.notifications.models import Delivery, Webhook
from core.notifications.sending import breaker_of
from tests.core.crew import until
from tests.core.notifications.conftest import tell
from tests.core.notifications.servers import MailServer, Receiver

pytestmark = pytest.mark.django_db

DOCS = Path(__file__).parents[3] / "docs" / "webhooks.md"


def is_ours() -> Callable[[str, bytes, str], bool]:
    """Return the function that the documentation gives to receivers."""
    (block,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(block, names)
    check: Callable[[str, bytes, str], bool] = names["is_ours"]
    return check


def due() -> None:
    """Let the time of the next attempt come."""
    Delivery.objects.exclude(status__in=["delivered", "abandoned"]).update(available_at=timezone.now())


def only() -> Delivery:
    """Return the one delivery there is."""
    found: Delivery = Delivery.objects.get()
    return found


def test_a_post_is_signed_as_documented(
    ada: User, webhook: Webhook, receiver: Receiver, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://dynacomp.example.org"
    told = tell(ada, "Größe", url="/jobs", body="a\nb")
    assert delivering.deliver_now() == 1
    (post,) = receiver.received
    body = json.loads(post.body)
    assert post.path == "/hook?a=1"
    assert body["id"] == post.headers["X-Dynacomp-Delivery"] == str(only().pk)
    assert body["notification"]["title"] == "Größe"
    assert body["notification"]["url"] == "https://dynacomp.example.org/jobs"
    assert body["notification"]["id"] == str(told.pk)
    header, check = post.headers["X-Dynacomp-Signature"], is_ours()
    assert check(webhook.secret, post.body, header)
    assert not check(webhook.secret, post.body + b" ", header)
    assert not check("whsec_other", post.body, header)
    assert not check(webhook.secret, post.body, re.sub(r"t=(\d+)", lambda t: f"t={int(t[1]) - 1}", header))
    assert not check(webhook.secret, post.body, "nonsense")
    found = only()
    assert (found.status, found.attempts, found.response_status) == (DeliveryStatus.DELIVERED, 1, 200)
    assert delivering.deliver_now() == 0


def test_what_fails_is_tried_again_later_and_later_and_then_given_up(
    ada: User, webhook: Webhook, receiver: Receiver
) -> None:
    receiver.answers = [500] * 6
    tell(ada)
    waits = []
    for attempt in range(1, 6):
        assert delivering.deliver_now() == 1
        found = only()
        assert (found.status, found.attempts, found.response_status) == (DeliveryStatus.FAILED, attempt, 500)
        assert found.error == "It answers 500: so be it"
        waits.append((found.available_at - timezone.now()).total_seconds())
        assert delivering.deliver_now() == 0, "its time has not come"
        due()
    for number, wait in enumerate(waits):
        assert 5 * 4**number - 1 <= wait <= 10 * 4**number
    delivering.deliver_now()
    assert (only().status, only().attempts) == (DeliveryStatus.ABANDONED, 6)
    due()
    assert delivering.deliver_now() == 0
    ids = {post.headers["X-Dynacomp-Delivery"] for post in receiver.received}
    assert (len(ids), len({post.body for post in receiver.received})) == (1, 1)
    assert [post.headers["X-Dynacomp-Attempt"] for post in receiver.received] == list("123456")


def test_the_second_attempt_may_arrive(ada: User, webhook: Webhook, receiver: Receiver) -> None:
    receiver.answers = [503]
    tell(ada)
    delivering.deliver_now()
    due()
    delivering.deliver_now()
    assert (only().status, only().attempts, only().error) == (DeliveryStatus.DELIVERED, 2, "")


def test_gone_is_the_end_and_redirects_are_not_followed(
    ada: User, webhook: Webhook, receiver: Receiver
) -> None:
    receiver.answers = [302, 410]
    tell(ada)
    delivering.deliver_now()
    assert only().error == "It answers 302: redirects are not followed."
    due()
    delivering.deliver_now()
    assert only().status == DeliveryStatus.ABANDONED
    assert {post.path for post in receiver.received} == {"/hook?a=1"}


def test_a_process_that_dies_while_it_sends_loses_nothing(
    ada: User, webhook: Webhook, receiver: Receiver
) -> None:
    tell(ada)
    (claimed,) = delivering.claim(10)  # and there it dies
    assert delivering.deliver_now() == 0, "somebody else has it"
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert delivering.deliver_now() == 1
    assert (only().status, only().attempts) == (DeliveryStatus.DELIVERED, 2)
    delivering.attempt(claimed)  # it was not dead, only slow: what it says does not count any more
    assert (only().status, only().attempts) == (DeliveryStatus.DELIVERED, 2)
    assert len(receiver.received) == 2


def test_what_kills_each_of_its_senders_is_given_up(ada: User, webhook: Webhook, receiver: Receiver) -> None:
    tell(ada)
    for _ in range(delivering.RETRIES + 1):
        assert len(delivering.claim(10)) == 1  # and there it dies
        Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert delivering.claim(10) == []
    found = only()
    assert (found.status, found.attempts) == (DeliveryStatus.ABANDONED, delivering.RETRIES + 1)
    assert found.error == "No attempt came to its end."


def test_what_is_a_day_old_is_given_up(ada: User, webhook: Webhook, receiver: Receiver) -> None:
    tell(ada)
    Delivery.objects.update(created_at=timezone.now() - delivering.OLDEST - timedelta(seconds=1))
    assert delivering.deliver_now() == 0
    assert (only().status, only().error) == (DeliveryStatus.ABANDONED, "It could not be sent for a day.")
    assert receiver.received == []


def test_a_mistake_of_ours_is_a_failed_attempt(
    ada: User, webhook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "send", Mock(side_effect=ValueError("a secret")))
    tell(ada)
    for _ in range(delivering.RETRIES + 1):
        assert delivering.deliver_now() == 1
        assert only().error == "The platform could not send it."
        due()
    assert only().status == DeliveryStatus.ABANDONED


def test_a_host_that_is_away_is_left_alone_and_attempts_are_kept(
    ada: User, webhook: Webhook, receiver: Receiver, settings: Any
) -> None:
    settings.BREAKERS = {"webhook": {"failures": 2, "open_s": 60}}
    receiver.stop()
    for _ in range(4):
        tell(ada)
    delivering.deliver_now()
    assert breaker_of("127.0.0.1").state().status == Status.OPEN
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 1, 1]
    refused = Delivery.objects.filter(attempts=0).first()
    assert refused is not None
    assert "left alone for a while" in refused.error
    assert 50 < (refused.available_at - timezone.now()).total_seconds() <= 60
    # On time for an attempt, and too late for the one after that.
    Delivery.objects.update(created_at=timezone.now() - delivering.OLDEST + timedelta(seconds=5))
    due()
    delivering.deliver_now()
    assert set(Delivery.objects.values_list("status", flat=True)) == {DeliveryStatus.ABANDONED}
    breaker_of("127.0.0.1").reset()


def test_a_receiver_that_drips_is_cut_off(
    ada: User, webhook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "WHOLE_S", 0.5)

    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
        for number in range(400):
            handler.wfile.write(f"X-{number}: x\r\n".encode())
            handler.wfile.flush()
            time.sleep(0.05)

    receiver.answers = [drip]
    tell(ada)
    began = time.monotonic()
    delivering.deliver_now()
    assert time.monotonic() - began < 15, "it drips for twenty seconds"
    assert only().status == DeliveryStatus.FAILED


def test_little_of_a_long_answer_is_read(ada: User, webhook: Webhook, receiver: Receiver) -> None:
    def flood(handler: Any) -> None:
        handler.send_response(500)
        handler.end_headers()
        try:
            for _ in range(2000):
                handler.wfile.write(b"x" * 100_000)
        except OSError:
            pass

    receiver.answers = [flood]
    tell(ada)
    delivering.deliver_now()
    assert len(only().error) < 200


def test_a_test_is_sent_once_even_to_a_webhook_that_is_switched_off(
    api: Any, ada: User, webhook: Webhook, receiver: Receiver
) -> None:
    services.webhook_change(webhook=webhook, actor=ada, changes={"is_enabled": False})
    client = api(ada)
    answer = client.post(f"/api/v1/notifications/webhooks/{webhook.pk}/test")
    assert (answer.status_code, answer.json()["status"], answer.json()["notification"]) == (
        202,
        "pending",
        None,
    )
    receiver.answers = [500]
    delivering.deliver_now()
    listed = client.get("/api/v1/notifications/deliveries").json()["results"]
    assert [(one["status"], one["attempts"], one["webhook"]) for one in listed] == [
        ("abandoned", 1, str(webhook.pk))
    ]
    assert json.loads(receiver.received[0].body)["notification"]["kind"] == "test"


def test_tests_are_limited(api: Any, browser: Any, ada: User, ben: User, webhook: Webhook) -> None:
    other = services.webhook_create(owner=ada, name="other", url=webhook.url)
    client = api(ada)
    for number in range(rules.TESTS_A_MINUTE):
        one = (webhook, other)[number % 2]
        assert client.post(f"/api/v1/notifications/webhooks/{one.pk}/test").status_code == 202
    refused = client.post(f"/api/v1/notifications/webhooks/{webhook.pk}/test")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_tests")
    assert 0 < int(refused["Retry-After"]) <= 61
    page = browser(ada).post(f"/notifications/webhooks/{webhook.pk}/test", follow=True)
    assert "tests a minute are enough" in page.content.decode()
    assert Delivery.objects.count() == rules.TESTS_A_MINUTE
    theirs = services.webhook_create(owner=ben, name="x", url=webhook.url)
    services.webhook_test(webhook=theirs, actor=ben)
    Delivery.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    services.webhook_test(webhook=webhook, actor=ada)


def test_what_is_under_way_to_a_webhook_that_is_switched_off_is_not_sent(
    ada: User, webhook: Webhook, receiver: Receiver
) -> None:
    tell(ada)
    services.webhook_change(webhook=webhook, actor=ada, changes={"is_enabled": False})
    delivering.deliver_now()
    assert (only().status, only().error) == (DeliveryStatus.ABANDONED, "The webhook was switched off.")
    assert receiver.received == []


def test_a_letter_arrives(ada: User, mail: MailServer, settings: Any) -> None:
    settings.PUBLIC_URL = "https://dynacomp.example.org"
    settings.EMAIL_FROM = "Dynacomp <news@example.org>"
    tell(ada, "Disk nearly full", level=Level.BAD, body="92 %", url="/metrics/alerts")
    delivering.deliver_now()
    letter = message_from_string(mail.letters[0])
    assert (letter["Subject"], letter["To"]) == ("[Dynacomp] Disk nearly full", "ada@example.org")
    assert letter["Message-ID"] == f"<{only().pk}@example.org>"
    body = str(letter.get_payload())
    assert "92 %" in body
    assert "https://dynacomp.example.org/metrics/alerts" in body
    assert (only().status, only().channel) == (DeliveryStatus.DELIVERED, Channel.EMAIL)


def test_a_refused_address_is_the_end_and_a_server_that_is_away_is_not(
    ada: User, ben: User, mail: MailServer
) -> None:
    User.objects.filter(pk=ada.pk).update(email="refused@example.org")
    ada.refresh_from_db()
    tell(ada)
    delivering.deliver_now()
    assert only().status == DeliveryStatus.ABANDONED
    mail.stop()
    tell(ben)
    delivering.deliver_now()
    assert Delivery.objects.get(owner=ben).status == DeliveryStatus.FAILED


def test_the_database_refuses_what_follows_an_end(ada: User, webhook: Webhook, receiver: Receiver) -> None:
    tell(ada)
    delivering.deliver_now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(attempts=9)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(owner=ada, channel=Channel.WEBHOOK)


def test_no_account_takes_all_the_places(ada: User, ben: User, webhook: Webhook, receiver: Receiver) -> None:
    services.webhook_create(owner=ben, name="pager", url=receiver.url)
    for owner in (ada, ada, ada, ada, ada, ben):
        tell(owner)
    first = delivering.claim(8, 3)
    assert [one.owner_id for one in first] == [ada.pk, ada.pk, ada.pk, ben.pk]
    assert delivering.claim(8, 3) == []
    tell(ben)
    assert [one.owner_id for one in delivering.claim(8, 3)] == [ben.pk]
    delivering.attempt(first[0])
    assert [one.owner_id for one in delivering.claim(8, 3)] == [ada.pk]


def test_letters_and_what_is_bad_go_first(
    ada: User, webhook: Webhook, receiver: Receiver, mail: MailServer
) -> None:
    tell(ada, level=Level.INFO)
    tell(ada, level=Level.GOOD)
    tell(ada, level=Level.WARN)
    tell(ada, level=Level.BAD)
    for each in (None, 10):
        claimed = delivering.claim(10, each)
        said = [(one.channel, one.notification.level) for one in claimed if one.notification]
        assert said == [
            ("email", "warn"),
            *sorted(said[1:3]),
            ("webhook", "info"),
            ("webhook", "good"),
            ("webhook", "warn"),
        ]
        assert sorted(said[1:3]) == [("email", "bad"), ("webhook", "bad")]
        Delivery.objects.update(lease_until=None)


@pytest.mark.django_db(transaction=True)
def test_the_clock_sends_in_threads(ada: User, webhook: Webhook, receiver: Receiver) -> None:
    released = threading.Event()

    def slow(handler: Any) -> None:
        released.wait(40)
        handler.send_response(200)
        handler.end_headers()

    receiver.answers = [slow] * 20
    for number in range(12):
        tell(ada, str(number))
    duty = duties.get("core.notifications.duties.deliver").function
    duty()
    assert not Delivery.objects.filter(status=DeliveryStatus.DELIVERED).exists(), "the clock does not wait"
    assert Delivery.objects.exclude(lease_until=None).count() == delivering.EACH
    released.set()
    until(lambda: bool(duty()) or len(receiver.received) == 12)
    until(lambda: Delivery.objects.filter(status=DeliveryStatus.DELIVERED).count() == 12)


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_fails_keeps_no_slot(
    ada: User, webhook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(ada)
    with monkeypatch.context() as away:
        away.setattr(delivering, "claim", Mock(side_effect=OperationalError("it restarts")))
        for _ in range(2):
            with pytest.raises(OperationalError):
                delivering.begin()
    assert until(delivering.begin) == 1
    until(lambda: only().status == DeliveryStatus.DELIVERED)
