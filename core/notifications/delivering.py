"""Deliveries from their row to their end: claimed under a lease, tried, tried again later, given up.

A process that dies at any line leaves a lease that runs out: what it had claimed is tried by the next one. So a
receiver may get the same delivery twice, and can tell by its id; it is never lost.
"""

import logging
import random
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from core.breaker import CircuitOpen
from core.events import publish
from core.notifications.choices import OPEN_DELIVERIES, DeliveryStatus
from core.notifications.events import DeliveryChanged
from core.notifications.models import DELIVERY_MACHINE, Delivery
from core.notifications.sending import Failed, send
from core.text import storable

log = logging.getLogger(__name__)

RETRIES = 5
# From an attempt to the next it takes so many times as long as before: 10 s, 40 s, 160 s, …, each less by up to half.
GROWTH = 4
# A receiver that is left alone by its breaker uses up no attempts; a day later nobody waits for the news any more.
OLDEST = timedelta(days=1)
LEASE = timedelta(seconds=60)
THREADS = 8
# So many of them for one account: its slow receivers do not keep others waiting.
EACH = 3

_slots = threading.BoundedSemaphore(THREADS)


def begin() -> int:
    """Send what is due, each in a thread of its own; return how many were begun. For the clock, which must not wait.

    The threads end with the process: a lease that runs out is all that they leave.
    """
    free = 0
    while free < THREADS and _slots.acquire(blocking=False):
        free += 1
    claimed: list[Delivery] = []
    try:
        claimed = claim(free, EACH) if free else []
    finally:  # those of a claim that fails, too: the database comes back, a slot that is kept does not
        for _ in range(free - len(claimed)):
            _slots.release()
    for delivery in claimed:
        threading.Thread(target=_work, args=[delivery], daemon=True).start()
    return len(claimed)


def _work(delivery: Delivery) -> None:
    try:
        attempt(delivery)
    except Exception:  # the lease runs out, and the next one tries
        log.exception("delivery %s", delivery.pk)
    finally:
        connection.close()
        _slots.release()


def deliver_now(limit: int = 100) -> int:
    """Send what is due in this thread; return how many attempts there were."""
    claimed = claim(limit)
    for delivery in claimed:
        attempt(delivery)
    return len(claimed)


@transaction.atomic
def claim(limit: int, each: int | None = None) -> list[Delivery]:
    """Take a lease of deliveries that are due, and count the attempt before it is made; give up what is over.

    With `each`, no owner has more than so many under way.
    """
    now = timezone.now()
    due = Delivery.objects.due(now).select_for_update(skip_locked=True, of=("self",))
    if each is not None:  # picked before they are locked: the database locks no rows that it numbers
        picked = list(Delivery.objects.fair(now, each).values_list("pk", flat=True)[:limit])
        due = due.filter(pk__in=picked)
    claimed = []
    for delivery in due.select_related("owner", "notification", "webhook")[:limit]:
        if delivery.attempts > RETRIES:  # none of them lived to say how it ended
            _end(delivery, error="No attempt came to its end.")
        elif now - delivery.created_at > OLDEST:
            _end(delivery, error=delivery.error or "It could not be sent for a day.")
        else:
            claimed.append(delivery)
    for delivery in claimed:
        delivery.attempts += 1
        delivery.lease_until = now + LEASE
    Delivery.objects.bulk_update(claimed, ["attempts", "lease_until"])
    return claimed


def attempt(delivery: Delivery) -> None:
    """Make one attempt and keep what came of it."""
    try:
        status = send(delivery)
    except CircuitOpen as error:
        wait = timedelta(seconds=int(error.headers["Retry-After"]))
        _end(delivery, error=error.detail, available_at=timezone.now() + wait, counts=False)
    except Failed as error:
        again = None if error.lasts else _next(delivery)
        _end(delivery, error=error.why, status=error.status, available_at=again)
    except Exception:  # a mistake of ours, which would be made for ever
        log.exception("delivery %s", delivery.pk)
        _end(delivery, error="The platform could not send it.", available_at=_next(delivery))
    else:
        _end(delivery, status=status)


def _next(delivery: Delivery) -> datetime | None:
    """Return when the next attempt is due; None where there is none: after the last, and of a test."""
    if delivery.attempts > RETRIES or (delivery.notification_id is None):
        return None
    wait = settings.WEBHOOK_RETRY_S * GROWTH ** (delivery.attempts - 1)
    return timezone.now() + timedelta(seconds=wait * random.uniform(0.5, 1))


@transaction.atomic
def _end(
    delivery: Delivery,
    *,
    error: str = "",
    status: int | None = None,
    available_at: datetime | None = None,
    counts: bool = True,
) -> None:
    """Write down how an attempt ended, unless its lease was lost to somebody who claimed it anew."""
    row = Delivery.objects.select_for_update().filter(pk=delivery.pk, attempts=delivery.attempts).first()
    if row is None or row.status not in OPEN_DELIVERIES:
        return
    now = timezone.now()
    if available_at is not None and available_at - row.created_at > OLDEST:
        available_at = None
    row.lease_until, row.error, row.response_status = None, storable(error)[:300], status
    if not error:
        row.status, row.ended_at = DeliveryStatus.DELIVERED, now
    elif available_at is None:
        row.status, row.ended_at = DeliveryStatus.ABANDONED, now
    else:
        row.status, row.available_at = DeliveryStatus.FAILED, available_at
        row.attempts -= not counts
    DELIVERY_MACHINE.require(delivery.status, row.status)
    row.save()
    publish(DeliveryChanged(row.owner_id))
