"""Endpoints of notifications and of what accounts chose."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import get_visible
from core.api.parsers import StrictJSONParser
from core.api.views import ApiView, ListView
from core.notifications import services
from core.notifications.api.filters import NotificationFilter
from core.notifications.api.serializers import (
    NotificationIn,
    NotificationOut,
    ReadIn,
    ReadOut,
    SettingsIn,
    SettingsOut,
)
from core.notifications.choices import Channel, Level
from core.notifications.kinds import kinds
from core.notifications.models import Notification
from core.notifications.wishes import Wishes, wishes_of


class NotificationList(ListView):
    """What you were told, newest first."""

    serializer_class = NotificationOut
    filterset_class = NotificationFilter
    search_fields = ("title", "body")
    ordering_fields = ("created_at", "level", "read_at")

    def get_queryset(self) -> QuerySet[Notification]:
        """Through the door."""
        found: QuerySet[Notification] = Notification.objects.visible_to(self.request.user)
        return found


class NotificationDetail(ApiView):
    """One notification."""

    parser_classes = (StrictJSONParser,)

    @extend_schema(responses=NotificationOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """Return it."""
        return Response(NotificationOut(get_visible(Notification.objects, request.user, pk)).data)

    @extend_schema(request=NotificationIn, responses=NotificationOut)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Mark it as read, or as unread again."""
        form = NotificationIn(data=request.data)
        form.is_valid(raise_exception=True)
        found = get_visible(Notification.objects, request.user, pk)
        marked = services.notification_mark(notification=found, read=form.validated_data["read"])
        return Response(NotificationOut(marked).data)


class NotificationsRead(ApiView):
    """Several at once."""

    parser_classes = (StrictJSONParser,)

    @extend_schema(request=ReadIn, responses=ReadOut)
    def post(self, request: Request) -> Response:
        """Mark as read what `ids` name, or everything; ids that are not yours change nothing."""
        form = ReadIn(data=request.data)
        form.is_valid(raise_exception=True)
        marked = services.notifications_read(owner=request.user, ids=form.validated_data.get("ids"))
        return Response({"marked": marked})


class SettingsView(ApiView):
    """By which way you are told what."""

    parser_classes = (StrictJSONParser,)

    @extend_schema(responses=SettingsOut)
    def get(self, request: Request) -> Response:
        """Return it; in the pages every notification is anyway."""
        return Response(_shown(request.user, wishes_of(request.user)))

    @extend_schema(request=SettingsIn, responses=SettingsOut)
    def put(self, request: Request) -> Response:
        """Replace it."""
        form = SettingsIn(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(
            _shown(request.user, services.settings_put(owner=request.user, **form.validated_data))
        )


def _shown(user: Any, wishes: Wishes) -> dict[str, Any]:
    levels = {
        channel.value: [level.value for level in Level if level in wishes.levels[channel]]
        for channel in Channel
    }
    return {
        **levels,
        "muted": sorted(wishes.muted),
        "email_on": settings.EMAIL_ON,
        "email_address": user.email,
        "kinds": [{"name": kind.name, "title": kind.title} for kind in kinds.values()],
    }
