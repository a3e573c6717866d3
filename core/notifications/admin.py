"""Desks of webhooks and deliveries: what leaves the platform, and what does not arrive."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from core.desks import ReadOnly
from core.notifications.choices import DeliveryStatus
from core.notifications.models import Delivery, Webhook

TONES = {
    DeliveryStatus.DELIVERED: "success",
    DeliveryStatus.FAILED: "warning",
    DeliveryStatus.ABANDONED: "danger",
}


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    """Deliveries of all accounts. What they tell of is for their owners alone."""

    list_display = (
        "created_at",
        "channel",
        "state",
        "attempts",
        "owner",
        "webhook",
        "response_status",
        "error",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("owner", "webhook")
    exclude = ("notification",)
    show_full_result_count = False

    @display(description="Status", ordering="status", label=TONES)  # type: ignore[untyped-decorator]
    def state(self, delivery: Delivery) -> str:
        """How far it is, in colour."""
        return str(delivery.status)


@admin.register(Webhook)
class WebhookAdmin(ReadOnly):
    """Webhooks of all accounts, without their secrets."""

    list_display = ("name", "owner", "url", "is_enabled", "given_up", "created_at")
    list_filter = ("is_enabled", ("created_at", RangeDateTimeFilter))
    list_filter_submit = True
    list_select_related = ("owner",)
    search_fields = ("name", "url")
    exclude = ("secret",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        """With how much did not arrive."""
        lost = Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.ABANDONED))
        found: QuerySet[Webhook] = super().get_queryset(request).annotate(lost=lost)
        return found

    @admin.display(description="Given up", ordering="lost")
    def given_up(self, webhook: Any) -> int:
        """Deliveries that were given up."""
        count: int = webhook.lost
        return count
