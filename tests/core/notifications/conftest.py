"""What the tests of notifications share."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from accounts.models import User
from core.notifications import kinds, services
from core.notifications.choices import Level
from core.notifications.models import Webhook
from core.notifications.sending import MAIL, breaker_of
from tests.core.notifications.servers import MailServer, Receiver

KIND = "test.kind"
if KIND not in kinds.kinds:
    kinds.add(KIND, "tests")


def tell(owner: User, title: str = "It happened", level: Level = Level.WARN, **more: Any) -> Any:
    """Tell an account something; return the notification, or None where it is not told."""
    return services.notify(owner=owner, kind=KIND, level=level, title=title, **more)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A web server that webhooks may lead to."""
    settings.WEBHOOK_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.BREAKERS = {**settings.BREAKERS, "webhook": {"failures": 50}}
    breaker_of("127.0.0.1").reset()
    started = Receiver().start()
    yield started
    started.stop()


@pytest.fixture
def webhook(ada: User, receiver: Receiver) -> Webhook:
    """A webhook of ada's that leads there."""
    return services.webhook_create(owner=ada, name="pager", url=f"{receiver.url}/hook?a=1")


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    """A mail server that the platform sends by."""
    started = MailServer().start()
    settings.EMAIL_ON = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", started.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    MAIL.reset()
    yield started
    started.stop()
