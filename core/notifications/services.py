"""All writes of notifications, webhooks and what accounts chose; see `delivering` for what happens to a delivery."""

import re
import secrets
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import Conflict, Invalid, TooMany
from core.events import publish
from core.notifications import addresses, rules
from core.notifications.choices import Channel, Level
from core.notifications.events import DeliveryChanged, NotificationsChanged
from core.notifications.kinds import kinds
from core.notifications.models import Delivery, Notification, NotificationSettings, Webhook
from core.notifications.wishes import Wishes, wishes_of
from core.text import storable

SECRET_PREFIX = "whsec_"
_MINUTE = timedelta(minutes=1)
# What no line may have; a space that keeps a figure with its unit is none of it.
_BREAKS = re.compile("[ \x00-\x1f\x7f-\x9f\u2028\u2029]+")


@audit.unaudited("a remark of the platform's own; what it tells of is audited where it happens")
@transaction.atomic
def notify(
    *, owner: Any, kind: str, level: Level, title: str, body: str = "", url: str = "", key: str = ""
) -> Notification | None:
    """Tell an account something, in its pages and by the channels it chose; it leaves with the transaction.

    `url` is a page of ours. Return None where the account does not want to hear of this kind, or has not read yet what
    it was told under the same `key`.
    """
    found, wishes = kinds.get(kind), wishes_of(owner)
    if kind in wishes.muted:
        return None
    told = Notification(
        owner=owner,
        kind=kind,
        level=level,
        title=_line(title)[: rules.TITLE.max],
        body=storable(body)[: rules.BODY.max],
        url=url,
        key=key,
    )
    Notification.objects.bulk_create([told], ignore_conflicts=bool(key))
    if key and not Notification.objects.filter(pk=told.pk).exists():
        return None
    Delivery.objects.bulk_create(_deliveries(told, wishes.channels(found, level)))
    publish(NotificationsChanged(told.owner_id))
    return told


def _line(text: str) -> str:
    return _BREAKS.sub(" ", str(storable(text))).strip() or "–"


def _deliveries(told: Notification, channels: Collection[Channel]) -> Iterable[Delivery]:
    if Channel.EMAIL in channels and settings.EMAIL_ON and told.owner.email:
        yield Delivery(owner_id=told.owner_id, notification=told, channel=Channel.EMAIL)
    if Channel.WEBHOOK in channels:
        for webhook in Webhook.objects.filter(owner_id=told.owner_id, is_enabled=True):
            yield Delivery(
                owner_id=told.owner_id, notification=told, channel=Channel.WEBHOOK, webhook=webhook
            )


# Reading


@audit.unaudited("what somebody has read is nobody else's business")
@transaction.atomic
def notifications_read(*, owner: Any, ids: Collection[UUID] | None = None) -> int:
    """Mark as read what `ids` name, or everything; return how many were unread."""
    unread = Notification.objects.visible_to(owner).filter(read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    count: int = unread.update(read_at=timezone.now())
    if count:
        publish(NotificationsChanged(owner.pk))
    return count


@audit.unaudited("what somebody has read is nobody else's business")
@transaction.atomic
def notification_mark(*, notification: Notification, read: bool) -> Notification:
    """Mark one as read, or as unread again."""
    row: Notification = Notification.objects.select_for_update().get(pk=notification.pk)
    if (row.read_at is not None) == read:
        return row
    if not read and row.key and _told_again(row):
        raise Conflict("It was told again since, and that is unread.", code="told_again")
    row.read_at = timezone.now() if read else None
    row.save(update_fields=["read_at"])
    publish(NotificationsChanged(row.owner_id))
    return row


def _told_again(row: Notification) -> bool:
    unread = Notification.objects.filter(owner_id=row.owner_id, key=row.key, read_at=None)
    return bool(unread.exclude(pk=row.pk).exists())


@audit.unaudited("forgets what is old")
def notifications_forget() -> int:
    """Remove what is older than it is kept, and deliveries with it; return how many notifications there were."""
    long_ago = timezone.now() - timedelta(days=settings.NOTIFICATIONS_DAYS)
    Delivery.objects.filter(notification=None, created_at__lt=long_ago).delete()
    _, removed = Notification.objects.filter(created_at__lt=long_ago).delete()
    return removed.get("core.Notification", 0)


# What an account chose


@transaction.atomic
def settings_put(
    *, owner: Any, email: Collection[str], webhook: Collection[str], muted: Collection[str]
) -> Wishes:
    """Keep which levels go out by which channel, and which kinds are not told."""
    if unknown := sorted(set(muted) - set(kinds)):
        raise Invalid.field(
            "muted", f"There is no kind “{unknown[0]}”. Known: {', '.join(kinds)}.", "unknown"
        )
    kept = {"email": _in_order(email), "webhook": _in_order(webhook), "muted": sorted(set(muted))}
    row, _ = NotificationSettings.objects.update_or_create(owner=owner, defaults=kept)
    audit.record("notification_settings.changed", actor=owner, target=None, detail=kept)
    return wishes_of(row.owner)


def _in_order(levels: Collection[str]) -> list[str]:
    return [level.value for level in Level if level in levels]


# Webhooks


@transaction.atomic
def webhook_create(*, owner: Any, name: str, url: str, is_enabled: bool = True) -> Webhook:
    """Make a webhook with a secret of its own; Conflict where there are too many."""
    addresses.check(url)
    # The account's row is the lock: two calls at once must not both find room.
    get_user_model().objects.select_for_update().get(pk=owner.pk)
    if Webhook.objects.filter(owner=owner).count() >= rules.WEBHOOKS:
        raise Conflict(f"An account has at most {rules.WEBHOOKS} webhooks.", code="too_many_webhooks")
    secret = f"{SECRET_PREFIX}{secrets.token_urlsafe(32)}"
    webhook: Webhook = Webhook.objects.create(
        owner=owner, name=name, url=url, secret=secret, is_enabled=is_enabled
    )
    audit.record("webhook.created", actor=owner, target=webhook, detail={"host": addresses.host_of(url)})
    return webhook


@transaction.atomic
def webhook_change(*, webhook: Webhook, actor: Any, changes: dict[str, Any]) -> Webhook:
    """Change name, address or whether it is used; the secret stays."""
    row: Webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if "url" in changes:
        addresses.check(changes["url"])
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes) or None)
    audit.record("webhook.changed", actor=actor, target=row, detail={"changed": sorted(changes)})
    return row


@transaction.atomic
def webhook_delete(*, webhook: Webhook, actor: Any) -> None:
    """Remove a webhook, with what is under way to it."""
    audit.record("webhook.deleted", actor=actor, target=webhook)
    webhook.delete()


@transaction.atomic
def webhook_test(*, webhook: Webhook, actor: Any) -> Delivery:
    """Send something to a webhook now, whether it is used or not; it is tried once. TooMany after some in a minute."""
    # The account's row is the lock: two calls at once must not both be the last.
    get_user_model().objects.select_for_update().get(pk=webhook.owner_id)
    now = timezone.now()
    late = Delivery.objects.filter(owner_id=webhook.owner_id, notification=None, created_at__gt=now - _MINUTE)
    moments = late.order_by("-created_at").values_list("created_at", flat=True)[: rules.TESTS_A_MINUTE]
    if len(moments) == rules.TESTS_A_MINUTE:
        wait = moments[rules.TESTS_A_MINUTE - 1] + _MINUTE - now
        raise TooMany(
            f"{rules.TESTS_A_MINUTE} tests a minute are enough. Try again a little later.",
            retry_after_s=int(wait.total_seconds()) + 1,
            code="too_many_tests",
        )
    delivery: Delivery = Delivery.objects.create(
        owner_id=webhook.owner_id, channel=Channel.WEBHOOK, webhook=webhook
    )
    audit.record("webhook.tested", actor=actor, target=webhook)
    publish(DeliveryChanged(webhook.owner_id))
    return delivery
