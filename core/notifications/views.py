"""Pages of notifications and webhooks."""

from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import navigation
from core.access import get_visible
from core.errors import AppError
from core.http import next_page
from core.ids import uuid_of
from core.listing import listed
from core.notifications import services
from core.notifications.api.filters import NotificationFilter
from core.notifications.choices import OPEN_DELIVERIES, Level
from core.notifications.forms import SettingsForm, WebhookForm
from core.notifications.kinds import kinds
from core.notifications.models import Delivery, Notification, Webhook
from core.notifications.wishes import wishes_of
from core.tables import Column

COLUMNS = [
    Column("what", "What", always=True),
    Column("level", "Level", sort="level"),
    Column("kind", "Kind", sort="kind", hidden=True),
    Column("when", "When", sort="created_at", number=True),
]
LAST_DELIVERIES = 20


@require_GET
def notification_list(request: HttpRequest) -> HttpResponse:
    """What were you told?"""
    found = listed(
        request,
        Notification.objects.visible_to(request.user),
        NotificationFilter,
        columns=COLUMNS,
        search_fields=("title", "body"),
    )
    fields = [
        found.choice("unread", "Unread", [("", "Read and unread"), ("true", "Unread"), ("false", "Read")]),
        found.choice("level", "Level", [("", "Any level"), *Level.choices]),
        found.choice(
            "kind", "Kind", [("", "Any kind"), *((kind.name, kind.title) for kind in kinds.values())]
        ),
    ]
    context = {
        "page": found.page(request.GET.get("page")),
        "bulk": [{"label": "Mark as read", "url": reverse("notifications:read"), "icon": "check"}],
        "columns": COLUMNS,
        "ordering": found.ordering,
        "search": found.search,
        "filters": [*fields, *found.others({field["name"] for field in fields})],
    }
    return render(request, "core/notifications.html", context)


@require_GET
def follow(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go where a notification leads; who has gone there has read it."""
    found = get_visible(Notification.objects, request.user, pk)
    services.notification_mark(notification=found, read=True)
    return redirect(found.url or "notifications:list")


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """How many are unread, in the top bar."""
    return render(request, "core/_bell.html", navigation.context(request))


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark as read what was picked, or everything."""
    picked = [pk for raw in request.POST.getlist("selected") if (pk := uuid_of(raw))]
    everything = "all" in request.POST
    if not picked and not everything:
        messages.warning(request, "Pick some notifications first.")
    else:
        services.notifications_read(owner=request.user, ids=None if everything else picked)
    return redirect(next_page(request, reverse("notifications:list")))


@require_POST
def settings_save(request: HttpRequest) -> HttpResponse:
    """Keep which levels go out by which channel."""
    form = SettingsForm(wishes_of(request.user), request.POST)
    if form.submit(partial(services.settings_put, owner=request.user)) is None:
        messages.error(request, "The notification settings are not well formed. Nothing was changed.")
    else:
        messages.success(request, "Notification settings saved")
    return redirect(f"{resolve_url(settings.PASSWORD_URL)}#notifications")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_list(request: HttpRequest) -> HttpResponse:
    """Where are notifications posted to? Make one and show its secret, this once."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    made = form.submit(partial(services.webhook_create, owner=request.user))
    # Shown in the answer to the POST itself: a redirect would need a place to keep the secret in.
    context: dict[str, Any] = {"form": WebhookForm() if made else form, "made": made}
    if made:
        context["secret"] = [("Secret", made.secret)]
    webhooks = Webhook.objects.visible_to(request.user).order_by("created_at")
    return form.page(
        request, "core/webhooks.html", context | {"webhooks": webhooks} | _last_deliveries(request)
    )


@require_GET
def delivery_list(request: HttpRequest) -> HttpResponse:
    """The last deliveries, made anew."""
    return render(request, "core/_deliveries.html", _last_deliveries(request))


def _last_deliveries(request: HttpRequest) -> dict[str, Any]:
    last = Delivery.objects.visible_to(request.user).select_related("notification", "webhook")
    deliveries = list(last.order_by("-created_at")[:LAST_DELIVERIES])
    under_way = any(one.status in OPEN_DELIVERIES for one in deliveries)
    return {"deliveries": deliveries, "under_way": under_way, "email_on": settings.EMAIL_ON}


@require_POST
def webhook_switch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Use it, or do not."""
    webhook = get_visible(Webhook.objects, request.user, pk)
    changes = {"is_enabled": request.POST.get("enabled") == "1"}
    services.webhook_change(webhook=webhook, actor=request.user, changes=changes)
    return redirect("notifications:webhooks")


@require_POST
def webhook_test(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send something to it."""
    webhook = get_visible(Webhook.objects, request.user, pk)
    try:
        services.webhook_test(webhook=webhook, actor=request.user)
    except AppError as error:
        messages.error(request, error.detail)
    return redirect("notifications:webhooks")


@require_POST
def webhook_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove it."""
    webhook = get_visible(Webhook.objects, request.user, pk)
    services.webhook_delete(webhook=webhook, actor=request.user)
    messages.success(request, f"Webhook “{webhook.name}” deleted")
    return redirect("notifications:webhooks")
