"""Webhooks: whose they are, where they may lead, and that their secret is shown once."""

import re
import socket
from ipaddress import ip_network
from typing import Any

import pytest

from accounts.models import AuditEntry, User
from core.notifications import addresses, delivering, rules, sending, services
from core.notifications.choices import DeliveryStatus
from core.notifications.models import Delivery, Webhook
from tests.core.notifications.conftest import tell
from tests.core.notifications.servers import Receiver

pytestmark = pytest.mark.django_db
URL = "/api/v1/notifications/webhooks"


def test_a_webhook_by_the_api(api: Any, ada: User) -> None:
    client = api(ada)
    made = client.post(URL, {"name": "pager", "url": "https://example.org/x"}, format="json")
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    body = made.json()
    assert body["secret"].startswith("whsec_")
    one = f"{URL}/{body['id']}"
    assert "secret" not in client.get(one).json()
    assert "secret" not in client.get(URL).json()["results"][0]
    changed = client.patch(one, {"enabled": False, "name": "old pager"}, format="json").json()
    assert (changed["enabled"], changed["name"], changed["url"]) == (
        False,
        "old pager",
        "https://example.org/x",
    )
    assert Webhook.objects.get().secret == body["secret"]
    assert client.patch(one, {"secret": "x"}, format="json").status_code == 400
    assert client.delete(one).status_code == 204
    assert not Webhook.objects.exists()
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"webhook.created", "webhook.changed", "webhook.deleted"} <= actions


def test_a_repeated_call_does_not_tell_the_secret(api: Any, ada: User) -> None:
    client, asked = api(ada), {"name": "pager", "url": "https://example.org/x"}
    first, again = (
        client.post(URL, asked, format="json", headers={"Idempotency-Key": "1"}).json() for _ in "12"
    )
    assert first["secret"]
    assert (again["id"], again["secret"]) == (first["id"], None)
    assert Webhook.objects.count() == 1


def test_an_outsider_finds_nothing(api: Any, ada: User, ben: User, mia: User) -> None:
    webhook = services.webhook_create(owner=ada, name="pager", url="https://example.org/")
    for client in (api(ben), api(mia)):
        one = f"{URL}/{webhook.pk}"
        assert client.get(one).status_code == 404
        assert client.patch(one, {"enabled": False}, format="json").status_code == 404
        assert client.delete(one).status_code == 404
        assert client.post(f"{one}/test").status_code == 404
        assert client.get(URL).json()["count"] == 0
        assert client.get("/api/v1/notifications/deliveries").json()["count"] == 0
    webhook.refresh_from_db()
    assert webhook.is_enabled
    assert not Delivery.objects.exists()


def test_there_is_an_end_to_webhooks(api: Any, ada: User) -> None:
    for number in range(rules.WEBHOOKS):
        services.webhook_create(owner=ada, name=str(number), url="https://example.org/")
    refused = api(ada).post(URL, {"name": "more", "url": "https://example.org/"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_webhooks")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https://user:word@example.org/",
        "https://user@10.0.0.1/",
        "javascript:alert(1)",
        "https://example.org/a b",
        "https://exa\nmple.org/",
        "https://[::1/",
        "https://example.org:99999/",
        "https://example.org\\@10.0.0.1/",
    ],
)
def test_what_is_no_address_is_refused(api: Any, ada: User, url: str) -> None:
    assert api(ada).post(URL, {"name": "x", "url": url}, format="json").status_code == 400
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "[::1]",
        "[fe80::1]",
        "[::ffff:10.0.0.1]",
        "0.0.0.0",
        "100.64.0.1",
        "[64:ff9b::a00:1]",
        "[2002:a00:1::]",
        "224.0.0.1",
        "[fd00::1]",
        "[::a00:1]",
        "[::808:808]",
        "[::ffff:0:a00:1]",
        "[fec0::1]",
        "192.0.0.9",
        "100.127.255.255",
        "[64:ff9b::808:808]",
        "[::ffff:192.0.0.10]",
    ],
)
def test_private_places_are_refused_when_a_webhook_is_made(api: Any, ada: User, host: str) -> None:
    refused = api(ada).post(URL, {"name": "x", "url": f"http://{host}/"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "address_refused")


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1"])
def test_names_of_private_places_are_refused_when_something_is_sent(
    ada: User, receiver: Receiver, settings: Any, host: str
) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    port = receiver.server.server_port
    services.webhook_create(owner=ada, name="x", url=f"http://{host}:{port}/")
    tell(ada)
    delivering.deliver_now()
    found = Delivery.objects.get()
    assert (found.status, receiver.received) == (DeliveryStatus.FAILED, [])
    assert "private network" in found.error


def test_names_inside_are_not_told_apart_from_names_that_nobody_has(
    ada: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    real = socket.getaddrinfo

    def inside(host: str, *args: Any, **kwargs: Any) -> Any:
        if host == "nobody.example.org":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real("10.0.0.1" if host == "vault.example.org" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    for name in ("vault", "nobody"):
        sending.breaker_of(f"{name}.example.org").reset()
        services.webhook_create(owner=ada, name=name, url=f"http://{name}.example.org/")
    tell(ada)
    delivering.deliver_now()
    found = {
        (one.status, one.attempts, one.response_status, re.sub("vault|nobody", "it", one.error))
        for one in Delivery.objects.all()
    }
    assert len(found) == 1


def test_the_connection_goes_to_what_was_looked_at(
    ada: User, receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes its mind between the look and the connection leads nowhere else."""
    asked = []
    real = socket.getaddrinfo

    def rebinding(host: str, *args: Any, **kwargs: Any) -> Any:
        if host == "rebind.example.org":
            asked.append(host)
            return real("127.0.0.1" if len(asked) == 1 else "10.255.255.1", *args, **kwargs)
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    port = receiver.server.server_port
    services.webhook_create(owner=ada, name="x", url=f"http://rebind.example.org:{port}/")
    tell(ada)
    delivering.deliver_now()
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED
    assert asked == ["rebind.example.org"]
    assert receiver.received[0].headers["Host"] == f"rebind.example.org:{port}"


def test_only_the_allowed_private_networks_are_open(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = [ip_network("10.1.0.0/16")]
    assert addresses.resolve("10.1.2.3", 80) == "10.1.2.3"
    with pytest.raises(addresses.AddressRefused):
        addresses.resolve("10.2.0.1", 80)
    assert addresses.resolve("8.8.8.8", 80) == "8.8.8.8"


def text(response: Any) -> str:
    assert response.status_code == 200, response.content
    return str(response.content.decode())


def test_the_page_makes_shows_the_secret_once_tests_and_deletes(
    browser: Any, ada: User, receiver: Receiver
) -> None:
    client = browser(ada)
    assert "No webhooks yet" in text(client.get("/notifications/webhooks"))
    made = text(client.post("/notifications/webhooks", {"name": "pager", "url": receiver.url + "/hook"}))
    webhook = Webhook.objects.get()
    assert webhook.secret in made
    assert webhook.secret not in text(client.get("/notifications/webhooks"))
    client.post(f"/notifications/webhooks/{webhook.pk}/test")
    delivering.deliver_now()
    assert "A test" in text(client.get("/notifications/webhooks/deliveries"))
    client.post(f"/notifications/webhooks/{webhook.pk}/switch", {"enabled": "0"})
    assert "switched off" in text(client.get("/notifications/webhooks"))
    client.post(f"/notifications/webhooks/{webhook.pk}/delete")
    assert not Webhook.objects.exists()
    refused = client.post("/notifications/webhooks", {"name": "x", "url": "http://10.0.0.1/"})
    assert refused.status_code == 422
    assert "WEBHOOK_PRIVATE_NETWORKS" in refused.content.decode()
    assert 'value="http://10.0.0.1/"' in refused.content.decode()


def test_the_page_of_somebody_else(browser: Any, ada: User, ben: User) -> None:
    webhook = services.webhook_create(owner=ada, name="pager", url="https://example.org/")
    client = browser(ben)
    for what in ("test", "switch", "delete"):
        assert client.post(f"/notifications/webhooks/{webhook.pk}/{what}").status_code == 404
    assert "pager" not in text(client.get("/notifications/webhooks"))


def test_the_desks_show_no_secret(browser: Any, mia: User, ada: User, receiver: Receiver) -> None:
    webhook = services.webhook_create(owner=ada, name="pager", url=f"{receiver.url}/hook")
    tell(ada, "for ada alone")
    client = browser(mia)
    for page in ("webhook/", f"webhook/{webhook.pk}/change/", "delivery/"):
        shown = text(client.get(f"/admin/core/{page}"))
        assert webhook.secret not in shown
        assert "for ada alone" not in shown
