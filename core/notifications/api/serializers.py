"""Shapes of notifications, of what accounts chose, of webhooks and deliveries."""

from typing import Any

from rest_framework import serializers

from core.api.fields import BoundedListField
from core.api.strict import Strict
from core.notifications import rules
from core.notifications.choices import Channel, Level
from core.notifications.models import Delivery, Notification, Webhook

READ_AT_ONCE = 1000


class NotificationOut(serializers.ModelSerializer[Notification]):
    """Something that the account was told; `url` is a page of the platform."""

    read = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = ["id", "kind", "level", "title", "body", "url", "created_at", "read", "read_at"]
        read_only_fields = fields

    def get_read(self, notification: Notification) -> bool:
        """Whether it was read."""
        return notification.read_at is not None


class NotificationIn(Strict):
    """Whether it is read."""

    ignored = frozenset(NotificationOut.Meta.fields) - {"read"}

    read = serializers.BooleanField()


class ReadIn(Strict):
    """What was read: those that `ids` name, or everything where it is left out."""

    ids = BoundedListField(child=serializers.UUIDField(), required=False, max_length=READ_AT_ONCE)


class ReadOut(serializers.Serializer[Any]):
    """How many were unread until now."""

    marked = serializers.IntegerField()


def _levels(words: str) -> BoundedListField:
    return BoundedListField(child=rules.LEVEL.serializer_field(), max_length=len(Level), help_text=words)


class SettingsIn(Strict):
    """Which levels go out by which channel, beside the pages, and the kinds that are not told at all."""

    ignored = frozenset({"email_on", "email_address", "kinds"})

    email = _levels("Levels that are sent by e-mail.")
    webhook = _levels("Levels that are posted to the account's webhooks.")
    muted = BoundedListField(child=serializers.CharField(max_length=64), max_length=100)


class NotificationKindOut(serializers.Serializer[Any]):
    """A kind of notification."""

    name = serializers.CharField()
    title = serializers.CharField()


class SettingsOut(serializers.Serializer[Any]):
    """The same, with what there is to choose from."""

    email = _levels("Levels that are sent by e-mail.")
    webhook = _levels("Levels that are posted to the account's webhooks.")
    muted = serializers.ListField(child=serializers.CharField())
    email_on = serializers.BooleanField(help_text="Whether this platform can send e-mail at all.")
    email_address = serializers.CharField()
    kinds = NotificationKindOut(many=True)


class WebhookOut(serializers.ModelSerializer[Webhook]):
    """A webhook, without its secret."""

    enabled = serializers.BooleanField(source="is_enabled")

    class Meta:
        model = Webhook
        fields = ["id", "name", "url", "enabled", "created_at"]
        read_only_fields = fields


class WebhookCreatedOut(WebhookOut):
    """A new webhook with its secret."""

    secret = serializers.SerializerMethodField(
        help_text="Signs what is posted. Shown this once; null in an answer repeated for an `Idempotency-Key`."
    )

    class Meta(WebhookOut.Meta):
        fields = [*WebhookOut.Meta.fields, "secret"]
        read_only_fields = fields

    def get_secret(self, webhook: Webhook) -> str | None:
        """Return the secret that the view passes on."""
        secret: str | None = self.context.get("secret")
        return secret


class WebhookIn(Strict):
    """A new webhook."""

    name = rules.WEBHOOK_NAME.serializer_field()
    url = rules.WEBHOOK_URL.serializer_field()
    enabled = serializers.BooleanField(source="is_enabled", default=True)


class WebhookChangeIn(Strict):
    """What changes; what is left out stays."""

    ignored = frozenset({"id", "created_at"})

    name = rules.WEBHOOK_NAME.serializer_field(required=False)
    url = rules.WEBHOOK_URL.serializer_field(required=False)
    enabled = serializers.BooleanField(source="is_enabled", required=False)


class DeliveryOut(serializers.ModelSerializer[Delivery]):
    """One notification on its way; its id is in the header `X-Dynacomp-Delivery`. A test has no notification."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    notification = serializers.UUIDField(source="notification_id", allow_null=True)
    webhook = serializers.UUIDField(source="webhook_id", allow_null=True)
    next_attempt_at = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = [
            "id",
            "channel",
            "notification",
            "webhook",
            "status",
            "attempts",
            "response_status",
            "error",
            "created_at",
            "next_attempt_at",
            "ended_at",
        ]
        read_only_fields = fields

    def get_next_attempt_at(self, delivery: Delivery) -> Any:
        """When it is tried again; null where it has ended."""
        return (
            None
            if delivery.ended_at
            else serializers.DateTimeField().to_representation(delivery.available_at)
        )
