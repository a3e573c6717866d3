"""What notifications, webhooks and deliveries are found by."""

from django_filters import BooleanFilter, UUIDFilter

from core.api.filters import ChoiceInFilter, CreatedFilters
from core.notifications.choices import DeliveryStatus, Level
from core.notifications.models import Delivery, Notification, Webhook


class NotificationFilter(CreatedFilters):
    """`unread=true` leaves out what was read."""

    level = ChoiceInFilter(choices=Level.choices, lookup_expr="in", help_text="One, or several by commas.")
    unread = BooleanFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Notification
        fields = ("kind",)


class WebhookFilter(CreatedFilters):
    """`enabled` is whether it is sent to."""

    enabled = BooleanFilter(field_name="is_enabled")

    class Meta:
        model = Webhook
        fields = ()


class DeliveryFilter(CreatedFilters):
    """`notification` and `webhook` are ids."""

    status = ChoiceInFilter(
        choices=DeliveryStatus.choices, lookup_expr="in", help_text="One, or several by commas."
    )
    notification = UUIDFilter(field_name="notification_id")
    webhook = UUIDFilter(field_name="webhook_id")

    class Meta:
        model = Delivery
        fields = ("channel",)
