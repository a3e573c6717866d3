"""Notifications, what accounts chose, webhooks, and each delivery of a notification."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.base_models import Owned
from core.notifications import rules
from core.notifications.choices import OPEN_DELIVERIES, Channel, DeliveryStatus, Level
from core.notifications.querysets import DeliveryQuerySet, PersonalQuerySet
from core.states import Machine
from core.triggers import guard_states


class Notification(Owned):
    """Something that an account was told. While it is unread, nothing of the same `key` is told again."""

    kind = models.CharField(max_length=64)
    level = rules.LEVEL.model_field()
    title = rules.TITLE.model_field()
    body = rules.BODY.model_field(default="")
    url = rules.URL.model_field(default="")
    key = models.CharField(max_length=200, blank=True, default="")
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = PersonalQuerySet.as_manager()

    class Meta:
        db_table = "notifications"
        ordering = ["-created_at"]
        constraints = [
            rules.LEVEL.constraint("notifications", "level"),
            rules.TITLE.constraint("notifications", "title"),
            rules.BODY.constraint("notifications", "body"),
            rules.URL.constraint("notifications", "url"),
            models.UniqueConstraint(
                fields=["owner", "key"],
                name="notifications_once_while_unread",
                condition=Q(read_at=None) & ~Q(key=""),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="notifications_owner"),
            models.Index(fields=["owner"], name="notifications_unread", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


def _levels(*levels: Level) -> list[str]:
    return [level.value for level in levels]


def email_levels() -> list[str]:
    """Return the levels that go out by e-mail where an account never chose."""
    return _levels(Level.WARN, Level.BAD)


def webhook_levels() -> list[str]:
    """Return the levels that go to webhooks where an account never chose: who made one wants to hear."""
    return _levels(*Level)


class NotificationSettings(models.Model):
    """What an account wants to be told, and by which way each level."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    email = ArrayField(rules.LEVEL.model_field(), default=email_levels)
    webhook = ArrayField(rules.LEVEL.model_field(), default=webhook_levels)
    muted = ArrayField(models.CharField(max_length=64), default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "notification_settings"

    def __str__(self) -> str:
        return f"notification settings of {self.owner_id}"


class Webhook(Owned):
    """An address of an account's own that notifications are posted to.

    The secret signs what is sent, so it is kept as it is; it is shown once and by no page or answer after that.
    """

    name = rules.WEBHOOK_NAME.model_field()
    url = rules.WEBHOOK_URL.model_field()
    secret = models.CharField(max_length=100)
    is_enabled = models.BooleanField(default=True)

    objects: ClassVar[Any] = PersonalQuerySet.as_manager()

    class Meta:
        db_table = "webhooks"
        ordering = ["-created_at"]
        constraints = [
            rules.WEBHOOK_NAME.constraint("webhooks", "name"),
            rules.WEBHOOK_URL.constraint("webhooks", "url"),
        ]
        indexes = [models.Index(fields=["owner", "-created_at"], name="webhooks_owner")]

    def __str__(self) -> str:
        return self.name


DELIVERY_MACHINE = guard_states(
    Machine.of(
        "notification_deliveries",
        initial=[DeliveryStatus.PENDING],
        transitions={
            DeliveryStatus.PENDING: [
                DeliveryStatus.DELIVERED,
                DeliveryStatus.FAILED,
                DeliveryStatus.ABANDONED,
            ],
            DeliveryStatus.FAILED: [DeliveryStatus.DELIVERED, DeliveryStatus.ABANDONED],
            DeliveryStatus.DELIVERED: [],
            DeliveryStatus.ABANDONED: [],
        },
    )
)


class Delivery(Owned):
    """One notification on its way by one channel; without a notification it is a test.

    Who sends it takes a lease first and counts the attempt, so that one that dies with its process is neither lost
    nor tried for ever. Its id goes along with what is sent: a receiver that gets it twice can tell.
    """

    notification = models.ForeignKey(
        Notification, null=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    channel = models.CharField(max_length=8, choices=Channel.choices)
    webhook = models.ForeignKey(Webhook, null=True, on_delete=models.CASCADE, related_name="deliveries")
    status = models.CharField(max_length=9, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    available_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    response_status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = DeliveryQuerySet.as_manager()

    class Meta:
        db_table = "notification_deliveries"
        verbose_name_plural = "deliveries"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="notification_deliveries_know_where",
                condition=Q(channel=Channel.WEBHOOK, webhook__isnull=False)
                | Q(channel=Channel.EMAIL, webhook__isnull=True),
            ),
            models.CheckConstraint(
                name="notification_deliveries_end_with_their_status",
                condition=Q(status__in=sorted(OPEN_DELIVERIES), ended_at__isnull=True)
                | (~Q(status__in=sorted(OPEN_DELIVERIES)) & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["available_at"],
                name="notification_deliveries_due",
                condition=Q(status__in=sorted(OPEN_DELIVERIES)),
            ),
            models.Index(fields=["owner", "-created_at"], name="notification_deliveries_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
