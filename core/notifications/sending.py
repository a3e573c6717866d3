"""One attempt to send something: what is away is left alone by its breaker, one for each host of webhooks."""

import http.client
import time
from functools import lru_cache
from smtplib import SMTPException, SMTPRecipientsRefused

from core.breaker import Breaker, breaker
from core.notifications import addresses, messages, posting, signing
from core.notifications.choices import Channel
from core.notifications.models import Delivery, Webhook

GONE = 410
# What a host answers that is alive but cannot now.
_AWAY = frozenset({408, 425, 429})


class Failed(Exception):
    """An attempt did not arrive; `lasts` where no further one will, `status` is that of the answer."""

    def __init__(self, why: str, *, status: int | None = None, lasts: bool = False) -> None:
        super().__init__(why)
        self.why, self.status, self.lasts = why, status, lasts


class ReceiverAway(Failed):
    """The other side does not answer, or says that it cannot now."""


def _is_away(error: BaseException) -> bool:
    return isinstance(error, ReceiverAway)


MAIL = breaker(
    "mail", code="mail_unavailable", detail="The mail server does not answer right now.", fails=_is_away
)


@lru_cache(maxsize=1024)
def breaker_of(host: str) -> Breaker:
    """Return the breaker of a host of webhooks. Accounts name hosts as they like, so these are not registered."""
    return Breaker(
        f"webhook:{host}"[:200],
        code="webhook_unavailable",
        detail=f"“{host}” did not answer of late and is left alone for a while.",
        fails=_is_away,
    )


def send(delivery: Delivery) -> int | None:
    """Send it and return the status of the answer, if that channel has one; Failed or CircuitOpen where it did not."""
    if delivery.channel == Channel.EMAIL:
        with MAIL.guard():
            _mail(delivery)
        return None
    webhook = delivery.webhook
    assert webhook is not None, "the table has a constraint"
    if delivery.notification is not None and not webhook.is_enabled:
        raise Failed("The webhook was switched off.", lasts=True)
    with breaker_of(addresses.host_of(webhook.url)).guard():
        return _post(delivery, webhook)


def _mail(delivery: Delivery) -> None:
    try:
        messages.letter(delivery).send()
    except SMTPRecipientsRefused as error:
        raise Failed(f"The mail server refuses the address: {error}", lasts=True) from error
    except (OSError, SMTPException) as error:
        raise ReceiverAway(f"The mail server: {error}") from error


def _post(delivery: Delivery, webhook: Webhook) -> int:
    body = messages.webhook_body(delivery)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Dynacomp-Webhook/1",
        "X-Dynacomp-Delivery": str(delivery.pk),
        "X-Dynacomp-Attempt": str(delivery.attempts),
        signing.HEADER: signing.signature(webhook.secret, body, int(time.time())),
    }
    try:
        answer = posting.post(webhook.url, body, headers)
    except (
        addresses.AddressRefused
    ) as error:  # tried again as what is away is: a name may not be known for a while
        raise ReceiverAway(error.detail) from error
    except TimeoutError as error:
        raise ReceiverAway("It did not answer in time.") from error
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise ReceiverAway(f"{type(error).__name__}: {error}") from error
    _judge(answer)
    return answer.status


def _judge(answer: posting.Answer) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise Failed(f"It answers {status}: redirects are not followed.", status=status)
    why = f"It answers {status}" + (
        f": {' '.join(answer.text.split())[:120]}" if answer.text.strip() else "."
    )
    if status >= 500 or status in _AWAY:
        raise ReceiverAway(why, status=status)
    raise Failed(why, status=status, lasts=status == GONE)
